/** What the portrait shows: a direction -> option ids -> hidden states for cross-attention. */
import { AXIS_LETTER, type Direction } from '$lib/contract/direction';
import { LuxError } from '$lib/contract/errors';
import type { VocabularyConditioning } from '$lib/contract/manifest';
import type { Graph, GraphTensors } from '../runtime/graph';

/**
 * Option ids in the pack's axis order: F1 -> 0 ... F9 -> 8, an unset axis -> `unset`.
 *
 * @returns int32 [axes]
 * @throws LuxError `request-invalid` for an option the pack does not know.
 */
export function directionIds(
	direction: Direction,
	conditioning: VocabularyConditioning
): Int32Array {
	return Int32Array.from(conditioning.axes, (axis) => {
		const option = direction[axis];
		if (option === null) return conditioning.unset;
		const index = Number(option.slice(1)) - 1;
		const known =
			option.startsWith(AXIS_LETTER[axis]) &&
			Number.isInteger(index) &&
			index >= 0 &&
			index < conditioning.options;
		if (!known)
			throw new LuxError('request-invalid', { detail: `${option} is no option of ${axis}` });
		return index;
	});
}

/** Ids of a direction with every axis unset: the unconditional branch of classifier-free guidance. */
export function unsetIds(conditioning: VocabularyConditioning): Int32Array {
	return new Int32Array(conditioning.axes.length).fill(conditioning.unset);
}

/**
 * @param ids int32 [axes]
 * @returns every output of the encoder, [1, tokens, width] each: the denoiser takes them by the same names
 */
export function encodeDirection(directionEncoder: Graph, ids: Int32Array): Promise<GraphTensors> {
	return directionEncoder.run({ direction_ids: { data: ids, shape: [1, ids.length] } });
}
