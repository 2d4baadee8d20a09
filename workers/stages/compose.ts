/** Where the face goes: packs with a composer draw a composition for the direction, from the seed. */
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
