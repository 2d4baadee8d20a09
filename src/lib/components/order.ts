/** The order in which the frames of a sheet are laid out. */
import type { FrameFacts } from './frame';

export const ORDERS = ['shot', 'likeness', 'favourites'] as const;
export type Order = (typeof ORDERS)[number];

type Ranked = Pick<FrameFacts, 'index' | 'status' | 'likeness' | 'mark'>;

/**
 * Frames that cannot be ranked (not finished, or no face found) come last, and frames of one rank stay as shot.
 * @returns a new array
 */
export function ordered<F extends Ranked>(frames: readonly F[], order: Order): F[] {
	const shot = frames.toSorted((a, b) => a.index - b.index);
	if (order === 'shot') return shot;
	const rank = order === 'likeness' ? byLikeness : byMark;
	return shot.toSorted((a, b) => rank(b) - rank(a));
}

/** Finite for every frame: the difference of two infinities would not be a number. */
function byLikeness({ status, likeness }: Ranked): number {
	return status === 'done' && likeness !== null ? likeness : -2;
}

function byMark({ status, mark }: Ranked): number {
	if (status !== 'done') return -2;
	if (mark === 'favourite') return 1;
	return mark === 'rejected' ? -1 : 0;
}
