/** Where the face goes: packs with a composer draw a composition for the direction, from the seed. */
import type { Box } from '$lib/contract/faces';
import type { ImageSize } from '$lib/contract/manifest';
import { drawUniform, NOISE_STREAM } from '../engine/rng';
import type { Graph, GraphTensor } from '../runtime/graph';

/** Which composition, and which framing and pose where the direction leaves those open. */
const CHOICES = 3;

/**
 * @param ids int32 [axes], as the direction encoder takes them.
 * @param seed unsigned 32 bit; variations pass the seed of the picture they start from, so that the face stays put.
 * @returns `composition` [1, length] of the pack's own meaning
 */
export async function compose(
	composer: Graph,
	ids: Int32Array,
	seed: number
): Promise<GraphTensor> {
	const outputs = await composer.run({
		direction_ids: { data: ids, shape: [1, ids.length] },
		choice: { data: drawUniform(seed, NOISE_STREAM.composition, CHOICES), shape: [1, CHOICES] }
	});
	return outputs['composition']!;
}

/**
 * @param composition [1, length], which begins with x and y of `points` points as shares of the picture's sides
 * @param region pixels of `picture`
 * @returns the same composition as it looks in the region: the points as shares of its sides, the rest as it was
 */
export function composedWithin(
	{ data, shape }: GraphTensor,
	points: number,
	region: Box,
	picture: ImageSize
): GraphTensor {
	const moved = Float32Array.from(data);
	for (let i = 0; i < points; i++) {
		moved[2 * i] = (data[2 * i]! * picture.width - region.x) / region.width;
		moved[2 * i + 1] = (data[2 * i + 1]! * picture.height - region.y) / region.height;
	}
	return { data: moved, shape };
}
