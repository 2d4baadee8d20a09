/** The regions that the app makes again against those that the forge learns from (make-face-region-reference.py). */
import { composedFace, composedWithin } from '$workers/stages/compose';
import { CLOTHES_VIEW, detailRegion, FACE_VIEW, HEAD_VIEW } from '$workers/engine/detail-region';
import { describe, expect, it } from 'vitest';
import reference from './face-region-reference.json';

const { width, height, cases } = reference;
const picture = { width, height };
const views = new Map([
	['faces', HEAD_VIEW],
	['close', FACE_VIEW],
	['chest', CLOTHES_VIEW]
]);

/** What a composer would say of these points. */
const composition = (points: number[][]) => ({
	data: Float32Array.from([...points.flatMap(([x, y]) => [x! / width, y! / height]), 0.2, 1]),
	shape: [1, 2 * points.length + 2]
});
const enlarged = cases.filter(({ region }) => region[3]! < height);

describe('the region around a face', () => {
	it.each(enlarged)('is the one that the forge cuts: $pass $points', (reference) => {
		const { points, region, within } = reference;
		const told = composition(points);
		const found = detailRegion(composedFace(told, picture), picture, views.get(reference.pass)!)!;
		const [left, top, wide, tall] = region as [number, number, number, number];
		// The app takes whole pixels: it rounds the height up, and the corner to the nearest.
		for (const [mine, theirs] of [
			[found.x, left],
			[found.y, top],
			[found.width, wide],
			[found.height, tall]
		] as const)
			expect(Math.abs(mine - theirs)).toBeLessThanOrEqual(1.1);
		const moved = composedWithin(told, points.length, found, picture);
		within.flat().forEach((share, i) => {
			// A pixel of a region that is two hundred wide, and what its rounding scales.
			expect(Math.abs(moved.data[i]! - share)).toBeLessThan(0.01);
		});
		expect([...moved.data.slice(-2)]).toEqual([...told.data.slice(-2)]);
	});

	it('is nothing where the forge would take the whole picture', () => {
		const filling = cases.filter(({ region }) => region[3] === height);
		expect(filling.map(({ pass }) => pass)).toEqual(['faces', 'close', 'chest']);
		for (const { pass, points } of filling) {
			const face = composedFace(composition(points), picture);
			expect(detailRegion(face, picture, views.get(pass)!)).toBeNull();
		}
	});

	it('lies inside the picture in both, and some faces are by its border', () => {
		expect(enlarged.some(({ region }) => region[0] === 0)).toBe(true);
		expect(enlarged.some(({ region }) => region[1]! + region[3]! === height)).toBe(true);
	});
});
