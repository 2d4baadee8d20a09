/** What a pack is conditioned on, spelled out for people: the numbers of the axes, the tokens of the prompt. */
import type { Axis, Direction } from '$lib/contract/direction';
import { chosen, promptParts } from './compile';
import type { Option } from './vocabulary';

/** Longer prompts are cut by CLIP's text encoder, start and end token included. */
export const CLIP_LIMIT = 77;

/**
 * Tokens of each fragment of the vocabulary in CLIP's own tokenizer. The fragments are fixed and the comma between two
 * of them is always a token of its own, so the tokenizer (1.3 MB) need not be shipped.
 * Made by `python tests/golden/make-clip-tokens.py`, checked by `tests/golden/clip-tokens.test.ts`.
 */
const FRAGMENT_TOKENS: { readonly [A in Axis]: readonly number[] } = {
	framing: [8, 10, 5, 13, 8, 6, 6, 3, 7],
	setting: [4, 3, 3, 8, 7, 6, 5, 6, 5],
	styling: [3, 6, 4, 3, 3, 3, 3, 4, 5],
	mood: [7, 5, 7, 5, 5, 7, 3, 2, 7],
	pose: [6, 6, 3, 4, 2, 3, 2, 2, 4],
	look: [5, 9, 8, 9, 3, 5, 4, 7, 4]
};
const START_AND_END = 2;

/** Tokens of the negative prompt, start and end included; made as the table above. */
export const NEGATIVE_TOKENS = 18 + START_AND_END;

/** Tokens of the prompt of a direction in CLIP's text encoder, start and end included. */
export function clipTokens(direction: Direction): number {
	const parts = promptParts(direction);
	const words = parts.reduce((sum, { axis, index }) => sum + FRAGMENT_TOKENS[axis][index]!, 0);
	return words + Math.max(0, parts.length - 1) + START_AND_END;
}

export interface ToldAxis {
	axis: Axis;
	/** Null is the photographer's choice. */
	option: Option | null;
	/** What the pack's direction encoder gets for this axis. */
	id: number;
}

/**
 * What a vocabulary pack gets, axis by axis in its own order.
 * @param conditioning of the pack's manifest
 */
export function toldAxes(
	direction: Direction,
	{ axes, unset }: { axes: readonly Axis[]; unset: number }
): readonly ToldAxis[] {
	return axes.map((axis) => {
		const option = chosen(direction, axis);
		return { axis, option, id: option?.index ?? unset };
	});
}
