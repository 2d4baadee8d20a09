/** Own sitters that were deleted: each stays in the bin as it was until it is deleted for good. */
import { toWireError, type WireError } from '$lib/contract/errors';
import type { SitterState } from './sitters.svelte';

/** A sitter in the bin, as the bin shows it. */
export interface BinnedSitter {
	id: string;
	name: string;
	/** Object URL of the first photograph, which `SitterState` owns. */
	url: string | null;
	photographs: number;
	binnedAt: number;
}

export class SitterBin {
	/** Put into the bin last, while that can be undone. */
	last = $state.raw<{ id: string; name: string } | null>(null);
	problem = $state.raw<WireError | null>(null);

	constructor(private readonly sitters: SitterState) {}

	/** Last binned first. */
	get entries(): readonly BinnedSitter[] {
		return this.sitters.binned.map(({ record, pictures }) => ({
			id: record.id,
			name: record.name,
			url: pictures[0] ?? null,
			photographs: pictures.length,
			binnedAt: record.binnedAt ?? 0
		}));
	}

	put({ id, name }: { id: string; name: string }): Promise<void> {
		return this.#attempt(async () => {
			await this.sitters.amend(id, { binnedAt: Date.now() });
			this.last = { id, name };
		});
	}

	undo(): Promise<void> {
		return this.last ? this.restore(this.last.id) : Promise.resolve();
	}

	/** The sitter sits again. */
	restore(id: string): Promise<void> {
		return this.#attempt(async () => {
			await this.sitters.amend(id, { binnedAt: undefined });
			this.sitters.selectedId = id;
			this.last = null;
		});
	}

	/** Photographs and face measurements go for good; frames already shot stay. */
	erase(id: string): Promise<void> {
		return this.#attempt(async () => {
			await this.sitters.erase(id);
			if (this.last?.id === id) this.last = null;
		});
	}

	/** What fails, and what comes after it, stays in the bin. */
	async empty(): Promise<void> {
		for (const { id } of this.entries) {
			await this.erase(id);
			if (this.problem) return;
		}
	}

	async #attempt(work: () => Promise<void>): Promise<void> {
		this.problem = null;
		try {
			await work();
		} catch (error) {
			this.problem = toWireError(error);
		}
	}
}
