/** The app's face crop against the forge's, on pictures both draw from the same formula (make-align-reference.py). */
import type { FacePoints, Point } from '$lib/contract/faces';
import { alignFace } from '$workers/stages/align-face';
import { describe, expect, it } from 'vitest';
import reference from './align-reference.json';

const template = {
	rightEye: [0.38, 0.46] as [number, number],
	leftEye: [0.62, 0.46] as [number, number],
	mouth: [0.5, 0.7] as [number, number]
};

function picture(width: number, height: number) {
	const data = new Uint8ClampedArray(width * height * 4).fill(255);
	for (let y = 0; y < height; y++)
		for (let x = 0; x < width; x++) {
			const waves = [
				Math.sin(x / 9) * Math.cos(y / 11),
				Math.sin((x + y) / 15),
				Math.cos(x / 21 - y / 8)
			];
			waves.forEach((wave, c) => {
				data[(y * width + x) * 4 + c] = Math.floor(127.5 + 127 * wave);
			});
		}
	return { data, width, height };
}

describe('alignFace', () => {
	it.each(reference.cases.map((c, i) => [i, c] as const))(
		'cuts what the forge cuts, case %i',
		(_, { width, height, points, values }) => {
			const [rightEye, leftEye, noseTip, mouthRight, mouthLeft] = points as unknown as Point[];
			const face = { rightEye, leftEye, noseTip, mouthRight, mouthLeft } as FacePoints;
			const { size, step } = reference;
			const crop = alignFace(picture(width, height), face, { cropSize: size, template });
			expect(crop).toHaveLength(3 * size * size);
			let at = 0;
			for (let c = 0; c < 3; c++)
				for (let y = 0; y < size; y += step)
					for (let x = 0; x < size; x += step) {
						const level = (crop[(c * size + y) * size + x]! + 1) * 127.5;
						// The forge rounds to 8 bits: half a level, and a little for float32 and the formula.
						expect(Math.abs(level - values[at++]!)).toBeLessThan(0.75);
					}
			expect(at).toBe(values.length);
		}
	);
});
