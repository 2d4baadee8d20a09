/** A keeper without worker, network or files for UI tests: same interface, every step at the test's word. */
import { fromWireError, LuxError, type WireError } from '$lib/contract/errors';
import type { KeptPack, PackInstallation, PackKeeper } from '$lib/contract/packs';
import type { AssemblyListener, AssemblyProgress } from '$lib/contract/progress';

/** An installation or a check under way. */
interface Work {
	report: AssemblyListener;
	settle: (outcome: WireError | null) => void;
}

export class FakeKeeper implements PackKeeper {
	packs: KeptPack[] = [];
	readonly installations: PackInstallation[] = [];
	readonly pauses: boolean[] = [];
	readonly removed: string[] = [];
	disposed = false;
	/** Folder that the next installation fills. */
	folder = '';
	#work: Work | null = null;

	list(): Promise<KeptPack[]> {
		return Promise.resolve([...this.packs]);
	}

	async install(
		signal: AbortSignal,
		installation: PackInstallation,
		onProgress: AssemblyListener
	): Promise<KeptPack> {
		this.installations.push(installation);
		const { folder } = this;
		this.#keep({ folder, id: 'large', installedAt: null, bytes: 400, hash: null });
		await this.#until(signal, onProgress);
		const whole = { folder, id: 'large', installedAt: 1_700_000_000_000, bytes: 2000, hash: 'a' };
		this.#keep(whole);
		return whole;
	}

	pause(paused: boolean): void {
		this.pauses.push(paused);
	}

	verify(signal: AbortSignal, folder: string, onProgress: AssemblyListener): Promise<void> {
		if (!this.packs.some((pack) => pack.folder === folder))
			return Promise.reject(new LuxError('pack-not-kept', {}));
		return this.#until(signal, onProgress);
	}

	async remove(folder: string): Promise<void> {
		this.removed.push(folder);
		this.packs = this.packs.filter((pack) => pack.folder !== folder);
	}

	dispose(): void {
		this.disposed = true;
	}

	/** A moment of the work under way. */
	report(progress: Partial<AssemblyProgress>): void {
		this.#work!.report({
			phase: 'fetch',
			file: 'unet/model.safetensors',
			done: 0,
			total: 1000,
			secondsLeft: null,
			...progress
		});
	}

	get working(): boolean {
		return this.#work !== null;
	}

	/** Ends the work under way. @param error null for success */
	finish(error: WireError | null = null): void {
		this.#work!.settle(error);
	}

	async #until(signal: AbortSignal, report: AssemblyListener): Promise<void> {
		try {
			await new Promise<void>((resolve, reject) => {
				signal.addEventListener('abort', () => reject(new LuxError('cancelled', {})));
				const settle = (error: WireError | null) =>
					error ? reject(fromWireError(error)) : resolve();
				this.#work = { report, settle };
			});
		} finally {
			this.#work = null;
		}
	}

	#keep(pack: KeptPack): void {
		this.packs = [...this.packs.filter(({ folder }) => folder !== pack.folder), pack];
	}
}
