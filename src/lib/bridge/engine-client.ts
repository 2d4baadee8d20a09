/**
 * The engine as the UI sees it, over two workers.
 *
 * The pack worker reads files and is ended at once; the sealed portrait worker lives on. When it dies, is
 * stuck after a cancel or loses its GPU, the next call finds a new one booted from the files already read.
 */
import { proxy, transfer, type Remote } from 'comlink';
import type {
	BootOptions,
	BootReport,
	FaceLook,
	FrameRequest,
	FrameResult,
	PortraitEngine,
	PhotoFile,
	ReferencePhoto
} from '../contract/engine';
import { isLuxError, LuxError } from '../contract/errors';
import { KEPT_PREFIX } from '../contract/packs';
import type { ProgressListener } from '../contract/progress';
import type { Outcome, PackRead, PortraitWorkerApi } from '../contract/worker-api';
import { abortable } from './abortable';
import { chooseRuntime, type RuntimeAssets } from './runtime-assets';
import { SharedTask } from './shared-task';
import { readFiles, startPortraitWorker, type PortraitWorker } from './start-workers';

/** How long a cancelled run may take to reach its next step boundary before the worker is ended. */
const GRACE_MILLISECONDS = 3000;
/** Deaths in a row, without one finished run between them, after which a boot must be asked for. */
const MAX_DEATHS = 3;

export interface EngineClientOptions {
	/** Absolute URL of the app's root, with a trailing slash. */
	baseUrl: string;
	gracePeriod?: number;
}

type Invoke<T> = (
	remote: Remote<PortraitWorkerApi>,
	id: number,
	onProgress: ProgressListener
) => Promise<Outcome<T>>;

interface Booted {
	worker: PortraitWorker;
	report: BootReport;
}

export class EngineClient implements PortraitEngine {
	readonly #baseUrl: string;
	readonly #gracePeriod: number;
	readonly #boot = new SharedTask<Booted>();
	#options: BootOptions | null = null;
	#files: { pack: string; read: PackRead } | null = null;
	#worker: PortraitWorker | null = null;
	/** Settles when the last cancelled run has left the worker, or the worker was ended for it. */
	#draining: Promise<void> = Promise.resolve();
	/** The files last read did not match their hashes: the next reading passes all caches. */
	#damaged = false;
	#gpuLost = false;
	#deaths = 0;
	#runs = 0;

	constructor({ baseUrl, gracePeriod = GRACE_MILLISECONDS }: EngineClientOptions) {
		this.#baseUrl = baseUrl;
		this.#gracePeriod = gracePeriod;
	}

	async boot(
		signal: AbortSignal,
		options: BootOptions,
		onProgress: ProgressListener
	): Promise<BootReport> {
		const before = this.#options;
		if (before && (before.device !== options.device || before.pack !== options.pack)) {
			this.#end();
			this.#gpuLost = false;
		}
		this.#options = { ...options };
		this.#deaths = 0;
		return (await this.#booted(signal, onProgress)).report;
	}

	readReference(
		signal: AbortSignal,
		photo: PhotoFile,
		onProgress: ProgressListener
	): Promise<ReferencePhoto> {
		return this.#run(signal, onProgress, (remote, id, listener) =>
			remote.readReference(id, photo, listener)
		);
	}

	lookAt(signal: AbortSignal, picture: ImageBitmap): Promise<FaceLook> {
		return this.#run(signal, ignore, (remote, id) =>
			remote.lookAt(id, transfer(picture, [picture]))
		);
	}

	shootFrame(
		signal: AbortSignal,
		request: FrameRequest,
		onProgress: ProgressListener
	): Promise<FrameResult> {
		return this.#run(signal, onProgress, (remote, id, listener) =>
			remote.shootFrame(id, request, listener)
		);
	}

	dispose(): void {
		this.#end();
		this.#options = null;
		this.#files = null;
	}

	/** Runs on a living worker; once more, on WASM, when the GPU is lost under it. */
	async #run<T>(signal: AbortSignal, onProgress: ProgressListener, invoke: Invoke<T>): Promise<T> {
		for (;;) {
			await this.#draining;
			const { worker } = await this.#booted(signal, onProgress);
			const mayMove = !this.#gpuLost;
			try {
				const value = await this.#runOnce(worker, signal, onProgress, invoke);
				this.#deaths = 0;
				return value;
			} catch (error) {
				if (!(error instanceof LuxError)) throw error;
				// Runs queued behind this one end with the same code, and move to WASM with it.
				if (needsNewWorker(error)) worker.terminate(error);
				if (!mayMove || !isLuxError(error, 'device-lost')) throw error;
				this.#gpuLost = true;
			}
		}
	}

	async #runOnce<T>(
		worker: PortraitWorker,
		signal: AbortSignal,
		onProgress: ProgressListener,
		invoke: Invoke<T>
	): Promise<T> {
		const id = ++this.#runs;
		let over = false;
		const listener: ProgressListener = (progress) => {
			if (!over) onProgress(progress);
			else if (progress.kind === 'preview') progress.image.close();
		};
		const run = worker.call((remote) => invoke(remote, id, proxy(listener)));
		try {
			return await abortable(signal, run, () => {
				worker.post((remote) => remote.cancel(id));
				// The caller is answered at once; the worker gets a moment to stop cleanly.
				const stuck = new LuxError('worker-unresponsive', { worker: 'portrait' });
				const timer = setTimeout(() => worker.terminate(stuck), this.#gracePeriod);
				this.#draining = run.then(ignore, ignore).then(() => clearTimeout(timer));
			});
		} finally {
			over = true;
		}
	}

	/** A living, booted worker: the present one, or a new one after a death. */
	async #booted(signal: AbortSignal, onProgress: ProgressListener): Promise<Booted> {
		const options = this.#options;
		if (!options) throw new LuxError('not-booted', {});
		const death = this.#worker?.death;
		if (death) {
			this.#worker = null;
			this.#boot.forget();
			// Ending a stuck worker after a cancel is our own doing and says nothing about the next one.
			if (death.code !== 'worker-unresponsive' && ++this.#deaths > MAX_DEATHS) throw death;
		}
		return this.#boot.join(signal, onProgress, (stop, report) =>
			this.#start(stop, options, report)
		);
	}

	async #start(
		signal: AbortSignal,
		options: BootOptions,
		onProgress: ProgressListener
	): Promise<Booted> {
		const runtime = chooseRuntime(this.#baseUrl);
		const read = await this.#readOnce(signal, options.pack, runtime, onProgress);
		try {
			const booted = await startPortraitWorker(
				signal,
				read,
				{
					device: this.#gpuLost ? 'wasm' : options.device,
					reason: this.#gpuLost ? 'device-lost' : null,
					wasmModuleUrl: runtime.module
				},
				onProgress
			);
			this.#worker = booted.worker;
			return booted;
		} catch (error) {
			if (isLuxError(error, 'pack-file-corrupt')) {
				this.#files = null;
				this.#damaged = true;
			}
			if (!isLuxError(error, 'device-lost') || this.#gpuLost) throw error;
			this.#gpuLost = true;
			return this.#start(signal, options, onProgress);
		}
	}

	/** Files stay at hand as Blobs, so that a new worker can start with the network off. */
	async #readOnce(
		signal: AbortSignal,
		pack: string,
		runtime: RuntimeAssets,
		onProgress: ProgressListener
	): Promise<PackRead> {
		if (this.#files?.pack === pack) return this.#files.read;
		const urls = {
			pack: pack.startsWith(KEPT_PREFIX) ? pack : new URL(`${pack}/`, this.#baseUrl).href,
			faceModels: new URL('models/faces/', this.#baseUrl).href,
			wasmBinary: runtime.binary,
			wasmModule: runtime.module,
			afresh: this.#damaged
		};
		const read = await readFiles(signal, urls, onProgress);
		this.#files = { pack, read };
		this.#damaged = false;
		return read;
	}

	#end(): void {
		this.#boot.forget();
		this.#worker?.terminate();
		this.#worker = null;
	}
}

function ignore(): void {
	// The caller has its answer already.
}

/** After these the WASM heap or the GPU device is in an unknown state; memory never shrinks either. */
function needsNewWorker(error: unknown): boolean {
	return (
		isLuxError(error, 'device-lost') ||
		isLuxError(error, 'out-of-memory') ||
		isLuxError(error, 'runtime-failed')
	);
}
