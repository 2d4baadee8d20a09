/** A pack being put together: what arrived, how long it takes, what went wrong. Goes on while other pages are open. */
import { isLuxError, LuxError, toWireError, type WireError } from '$lib/contract/errors';
import { recogniseFiles, type OfferedPack, type OfferedSource } from '$lib/contract/offer';
import type { KeptPack, PackKeeper } from '$lib/contract/packs';
import type { AssemblyProgress } from '$lib/contract/progress';

export interface InstallationOptions {
	keeper: () => Promise<PackKeeper>;
	/** Base address of the hub. */
	hub: () => string;
	/** Bytes that came over the network. */
	onFetched: (pack: OfferedPack, bytes: number) => void;
	/** Asks the browser to keep what is stored. */
	persist: () => Promise<unknown>;
	/** What is kept may be another: whole, begun or removed. */
	onChanged: () => Promise<void>;
}

export class InstallationState {
	/** Folder of the pack at hand; null while nothing is installed. */
	folder = $state<string | null>(null);
	progress = $state.raw<AssemblyProgress | null>(null);
	paused = $state(false);
	/** Between a press on Stop and the end of the work. */
	stopping = $state(false);
	/** The last one that failed. */
	failure = $state.raw<{ folder: string; error: WireError } | null>(null);
	/** The last one that became whole, for the page to say so. */
	finished = $state.raw<string | null>(null);
	#abort: AbortController | null = null;
	#keeper: PackKeeper | null = null;
	#work: Promise<KeptPack | null> = Promise.resolve(null);

	constructor(private readonly options: InstallationOptions) {}

	get busy(): boolean {
		return this.folder !== null;
	}

	/**
	 * Goes on with what was begun, if there is something. One at a time.
	 * @param files publishers' files that are on this device
	 * @param begun whether something of it arrived before
	 */
	start(pack: OfferedPack, files: readonly File[], begun: boolean): Promise<KeptPack | null> {
		if (this.busy) return Promise.resolve(null);
		this.#work = this.#run(pack, files, begun);
		return this.#work;
	}

	async #run(pack: OfferedPack, files: readonly File[], begun: boolean): Promise<KeptPack | null> {
		const abort = (this.#abort = new AbortController());
		this.folder = pack.folder;
		this.failure = this.finished = this.progress = null;
		this.paused = this.stopping = false;
		try {
			// Asked for now, while the person's press is fresh; a refusal costs nothing but the promise.
			this.options.persist().catch(() => undefined);
			const keeper = (this.#keeper = await this.options.keeper());
			if (abort.signal.aborted) throw new LuxError('cancelled', {});
			const { files: chosen, missing } = recogniseFiles(pack.sources, files);
			const kept = await keeper.install(
				abort.signal,
				{ pack: pack.url, hub: this.options.hub(), files: chosen },
				this.#follow(pack, missing, begun)
			);
			this.finished = pack.folder;
			return kept;
		} catch (error) {
			if (!isLuxError(error, 'cancelled') && !abort.signal.aborted)
				this.failure = { folder: pack.folder, error: toWireError(error) };
			return null;
		} finally {
			await this.options.onChanged();
			this.folder = this.progress = this.#abort = null;
			this.stopping = this.paused = false;
		}
	}

	pause(paused: boolean): void {
		if (!this.busy || this.stopping) return;
		this.paused = paused;
		this.#keeper?.pause(paused);
	}

	/** What arrived stays. @returns when nothing runs any more */
	async stop(): Promise<void> {
		if (!this.busy) return;
		this.stopping = true;
		// A held worker would not see that it is to stop.
		if (this.paused) this.#keeper?.pause(false);
		this.#abort?.abort();
		await this.#work;
	}

	forget(folder: string): void {
		if (this.failure?.folder === folder) this.failure = null;
		if (this.finished === folder) this.finished = null;
	}

	/** @param fetched what comes over the network */
	#follow(
		pack: OfferedPack,
		fetched: readonly OfferedSource[],
		begun: boolean
	): (progress: AssemblyProgress) => void {
		let before = begun ? null : 0;
		return (progress) => {
			if (this.folder !== pack.folder) return;
			this.progress = progress;
			if (progress.phase !== 'fetch') return;
			// A resumed one starts where it stopped: what was there before did not come now.
			const came = before === null ? 0 : progress.done - before;
			before = progress.done;
			if (came > 0 && fetched.some(({ path }) => path === progress.file))
				this.options.onFetched(pack, came);
		};
	}
}
