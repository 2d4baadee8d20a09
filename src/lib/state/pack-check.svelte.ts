/** Reading every byte of kept packs again, and what came of it. */
import { isLuxError, toWireError, type WireError } from '$lib/contract/errors';
import type { PackKeeper } from '$lib/contract/packs';
import type { AssemblyProgress } from '$lib/contract/progress';

/** @property error null for a pack whose bytes are all right */
export interface CheckOutcome {
	at: number;
	error: WireError | null;
}

export class PackCheck {
	/** Folder of the pack that is being read; null between checks. */
	folder = $state<string | null>(null);
	progress = $state.raw<AssemblyProgress | null>(null);
	#outcomes = $state.raw<Readonly<Record<string, CheckOutcome>>>({});
	#abort: AbortController | null = null;

	constructor(private readonly keeper: () => Promise<PackKeeper>) {}

	outcome(folder: string): CheckOutcome | null {
		return this.#outcomes[folder] ?? null;
	}

	/** One at a time; a cancelled one leaves what was known before. */
	async start(folder: string): Promise<void> {
		if (this.folder !== null) return;
		const abort = (this.#abort = new AbortController());
		this.folder = folder;
		this.progress = null;
		let error: WireError | null = null;
		try {
			const keeper = await this.keeper();
			await keeper.verify(abort.signal, folder, (progress) => {
				if (this.folder === folder) this.progress = progress;
			});
		} catch (problem) {
			if (abort.signal.aborted || isLuxError(problem, 'cancelled')) return;
			error = toWireError(problem);
		} finally {
			this.folder = this.progress = this.#abort = null;
		}
		this.#outcomes = { ...this.#outcomes, [folder]: { at: Date.now(), error } };
	}

	stop(): void {
		this.#abort?.abort();
	}

	/** It was removed, or is another now. */
	forget(folder: string): void {
		this.#outcomes = Object.fromEntries(
			Object.entries(this.#outcomes).filter(([name]) => name !== folder)
		);
	}
}
