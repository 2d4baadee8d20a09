/** Where the face goes: packs with a composer draw a composition for the direction, from the seed. */
import type { Box } from '$lib/contract/faces';
import type { ImageSize } from '$lib/contract/manifest';
import { drawUniform, NOISE_STREAM } from '../engine/rng';
import type { Graph, GraphTensor } from '../runtime/graph';

/** A face's box reaches from the brow to the chin: so many times the distance from the eyes to the mouth, and so wide for its height. */
const BOX_HEIGHT = 2.1;
const BOX_WIDTH = 0.8;
/** Where the eyes are in that height. */
const EYES = 0.28;

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

/**
 * Where the face was told to be. `forge/data/face_regions.py` cuts what the denoiser learns from by the same figures.
 *
 * @param composition [1, length], which begins with x and y of both eyes, the tip of the nose and both corners of the mouth
 * @returns pixels of `picture`
 */
export function composedFace({ data }: GraphTensor, { width, height }: ImageSize): Box {
	const middle = (a: number, b: number) => [
		((data[2 * a]! + data[2 * b]!) / 2) * width,
		((data[2 * a + 1]! + data[2 * b + 1]!) / 2) * height
	];
	const [[eyesX, eyesY], [mouthX, mouthY]] = [middle(0, 1), middle(3, 4)] as [number[], number[]];
	const tall = BOX_HEIGHT * Math.hypot(eyesX! - mouthX!, eyesY! - mouthY!);
	const wide = BOX_WIDTH * tall;
	return {
		x: (eyesX! + mouthX!) / 2 - wide / 2,
		y: eyesY! - EYES * tall,
		width: wide,
		height: tall
	};
}
