/**
 * Packs of this device, over a pack worker of its own: started when something is first asked of it, ended by `dispose`. A
 * worker that died rejects what it was at; the next call starts another, which goes on where the draft is.
 */
import { proxy, type Remote } from 'comlink';
import { LuxError } from '../contract/errors';
import type { KeptPack, PackInstallation, PackKeeper } from '../contract/packs';
import type { AssemblyListener } from '../contract/progress';
import type { PackWorkerApi } from '../contract/worker-api';
import { abortable } from './abortable';
import { startPackWorker, type PackWorker } from './start-workers';

/** How long a stopped run may take to the end of its tensor before the worker is ended. The draft is kept either way. */
const GRACE_MILLISECONDS = 10_000;

export class PackKeeperClient implements PackKeeper {
	#worker: PackWorker | null = null;
	/** Settles when the worker's death would be noticed. */
	#watched: Promise<void> = Promise.resolve();
	/** Settles when the last stopped run has left the worker, or the worker was ended for it. */
	#draining: Promise<void> = Promise.resolve();
	#installing: { id: number; worker: PackWorker } | null = null;
	#runs = 0;

	async list(): Promise<KeptPack[]> {
		return (await this.#alive()).call((remote) => remote.list());
	}

	async install(
		signal: AbortSignal,
		installation: PackInstallation,
		onProgress: AssemblyListener
	): Promise<KeptPack> {
		return this.#run(signal, onProgress, async (worker, id, listener) => {
			const running = { id, worker };
			// A second one is refused by the worker; pausing stays with the first.
			this.#installing ??= running;
			try {
				return await worker.call((remote) => remote.install(id, installation, listener));
			} finally {
				if (this.#installing === running) this.#installing = null;
			}
		});
	}

	pause(paused: boolean): void {
		const running = this.#installing;
		running?.worker.post((remote) => remote.pause(running.id, paused));
	}

	async verify(signal: AbortSignal, folder: string, onProgress: AssemblyListener): Promise<void> {
		await this.#run(signal, onProgress, (worker, id, listener) =>
			worker.call((remote) => remote.verify(id, folder, listener))
		);
	}

	async remove(folder: string): Promise<void> {
		await this.#draining;
		await (await this.#alive()).call((remote) => remote.remove(folder));
	}

	dispose(): void {
		this.#worker?.terminate(new LuxError('cancelled', {}));
		this.#worker = null;
	}

	async #run<T>(
		signal: AbortSignal,
		onProgress: AssemblyListener,
		invoke: (worker: PackWorker, id: number, listener: AssemblyListener) => Promise<T>
	): Promise<T> {
		await this.#draining;
		if (signal.aborted) throw new LuxError('cancelled', {});
		const worker = await this.#alive();
		const id = ++this.#runs;
		let over = false;
		const listener: AssemblyListener = (progress) => {
			if (!over) onProgress(progress);
		};
		const run = invoke(worker, id, proxy(listener));
		try {
			return await abortable(signal, run, () => {
				worker.post((remote) => remote.cancel(id));
				// The caller is answered at once; the worker gets a moment to leave a tidy draft.
				const stuck = new LuxError('worker-unresponsive', { worker: 'pack' });
				const timer = setTimeout(() => worker.terminate(stuck), GRACE_MILLISECONDS);
				this.#draining = run.then(ignore, ignore).then(() => clearTimeout(timer));
			});
		} finally {
			over = true;
		}
	}

	/** The present worker, or a new one after a death. */
	async #alive(): Promise<PackWorker> {
		if (!this.#worker || this.#worker.death) {
			this.#worker = startPackWorker();
			this.#watched = this.#worker.watch(navigator.locks, (remote: Remote<PackWorkerApi>, lock) =>
				remote.live(lock)
			);
		}
		const worker = this.#worker;
		await this.#watched;
		return worker;
	}
}

function ignore(): void {
	// The caller has its answer already.
}
