import type { PackManifest } from '$lib/contract/manifest';
import type { Graph } from '$workers/runtime/graph';
import type { FoundFace } from '$workers/stages/detect-face';
import { embedFace } from '$workers/stages/encode-identity';
import { scoreLikeness } from '$workers/stages/score-likeness';
import { describe, expect, it } from 'vitest';
import text from '../../fixtures/packs/micro/manifest.json?raw';

const { identity } = JSON.parse(text) as PackManifest;
const crop = new Float32Array(3 * identity.cropSize ** 2);
const encoder: Graph = {
	run: async () => ({ embedding: { data: Float32Array.of(3, 0, -4), shape: [1, 3] } }),
	release: async () => undefined
};

describe('embedFace', () => {
	it('gives a point on the sphere, or features as they are', async () => {
		expect(await embedFace(encoder, crop, identity)).toEqual(Float32Array.of(0.6, 0, -0.8));
		expect(await embedFace(encoder, crop, { ...identity, embedding: 'features' })).toEqual(
			Float32Array.of(3, 0, -4)
		);
	});
});

describe('scoreLikeness', () => {
	const portrait = { data: new Uint8ClampedArray(64 * 64 * 4).fill(200), width: 64, height: 64 };
	const face: FoundFace = {
		box: { x: 16, y: 16, width: 32, height: 32 },
		points: {
			rightEye: [24, 26],
			leftEye: [40, 26],
			noseTip: [32, 34],
			mouthRight: [27, 42],
			mouthLeft: [37, 42]
		},
		score: 1,
		vertices: Array.from({ length: 468 }, (_, i) => [20 + (i % 24), 20 + (i % 23)] as const),
		pose: { yaw: 0, pitch: 0, roll: 0 }
	};

	it('is the cosine with the references', async () => {
		const reference = Float32Array.of(0, 0, -1);
		const judged = await scoreLikeness(portrait, face, reference, encoder, identity);
		expect(judged.likeness).toBeCloseTo(0.8);
	});

	it('is left unjudged without a reference to compare with: the skin is measured all the same', async () => {
		const silent: Graph = { ...encoder, run: () => expect.unreachable('nobody is to be embedded') };
		const judged = await scoreLikeness(portrait, face, null, silent, identity);
		expect(judged.likeness).toBeNull();
		expect(judged.skin).toEqual(
			(await scoreLikeness(portrait, face, Float32Array.of(1, 0, 0), encoder, identity)).skin
		);
	});
});
