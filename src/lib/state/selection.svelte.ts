/** Choosing among frames: the editor's marks, and the order in which sheets are laid out. */
import { toWireError, type WireError } from '$lib/contract/errors';
import type { FrameMark } from '$lib/contract/recipe';
import type { Repository } from '$lib/storage/repository';
import type { Frame } from './sheet.svelte';

export type FrameOrder = 'shot' | 'likeness' | 'favourites';

export class SelectionState {
	order = $state<FrameOrder>('shot');
	/** The last decision, worth saying aloud; `mark` is null when one was taken back. */
	marked = $state.raw<{ frame: Frame; mark: FrameMark | null } | null>(null);
	/** Why the last decision could not be kept; it holds until the page is closed all the same. */
	problem = $state.raw<WireError | null>(null);

	constructor(private readonly repository: Repository) {}

	/** Marks a finished frame; the mark it has already is taken back. */
	async mark(frame: Frame, asked: FrameMark): Promise<void> {
		if (!frame.record) return;
		const mark = frame.mark === asked ? null : asked;
		const change = { mark: mark ?? undefined };
		frame.amend(change);
		this.marked = { frame, mark };
		try {
			await this.repository.amendFrame(frame.record.id, change);
			this.problem = null;
		} catch (error) {
			this.problem = toWireError(error);
		}
	}
}
