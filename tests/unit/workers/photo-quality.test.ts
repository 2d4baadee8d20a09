/** Measures on made pictures, where the right answer is known. */
import type { HeadPose, Point } from '$lib/contract/faces';
import type { PixelImage } from '$workers/engine/image';
import { fingerprintOf, readPatch } from '$workers/engine/image-patch';
import { measurePhoto } from '$workers/engine/photo-quality';
import { PHOTO_RULES, remarksOf } from '$workers/engine/photo-remarks';
import { bitsApart, DUPLICATE_BITS, duplicateRemarks } from '$lib/state/duplicates';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const SIDE = 300;
const LEVEL: HeadPose = { yaw: 0, pitch: 0, roll: 0 };

type Shade = (x: number, y: number) => number | readonly [number, number, number];

function picture(shade: Shade, side = SIDE): PixelImage {
	const data = new Uint8ClampedArray(side * side * 4);
	for (let y = 0; y < side; y++)
		for (let x = 0; x < side; x++) {
			const value = shade(x, y);
			const colour = typeof value === 'number' ? [value, value, value] : value;
			data.set([...colour.map((v) => v * 255), 255], (y * side + x) * 4);
		}
	return { data, width: side, height: side };
}

/** A mesh whose oval fills the middle of the picture, with eyes open by `open` of their width. */
function mesh({ open = 0.3, eyes = 100 } = {}): Point[] {
	const points: Point[] = Array.from({ length: 468 }, (_, i) => [
		150 + 100 * Math.cos(i),
		150 + 120 * Math.sin(i)
	]);
	const eye = (centre: number, outer: number, inner: number, upper: number, lower: number) => {
		const half = 20;
		const away = outer === 33 ? -1 : 1;
		points[outer] = [centre + away * half, 120];
		points[inner] = [centre - away * half, 120];
		points[upper] = [centre, 120 - open * half];
		points[lower] = [centre, 120 + open * half];
	};
	eye(150 - eyes / 2, 33, 133, 159, 145);
	eye(150 + eyes / 2, 263, 362, 386, 374);
	points[50] = [105, 170];
	points[280] = [195, 170];
	for (const [i, x, y] of [
		[12, 150, 203],
		[15, 150, 212],
		[16, 150, 216],
		[86, 142, 214],
		[316, 158, 214],
		[23, 100, 132],
		[253, 200, 132],
		[27, 100, 108],
		[257, 200, 108]
	] as const)
		points[i] = [x, y];
	return points;
}

/** Skin with light from one side, texture down to single pixels, and eyes: dark irises in light whites. */
const skin: Shade = (x, y) => {
	for (const centre of [100, 200]) {
		if (Math.hypot(x - centre, y - 120) < 7) return 0.08;
		if (Math.abs(x - centre) < 18 && Math.abs(y - 120) < 6) return 0.75;
	}
	return 0.35 + (x / SIDE) * 0.35 + (((x * 7 + y * 13) % 5) - 2) * 0.03;
};
const codes = (shade: Shade, vertices = mesh(), pose = LEVEL) =>
	remarksOf(measurePhoto(picture(shade), vertices, pose)).map(({ code }) => code);

describe('remarks', () => {
	it('finds nothing wrong with a plain good face', () => {
		expect(codes(skin)).toEqual([]);
	});

	it.each([
		['dark', (x: number, y: number) => Number(skin(x, y)) * 0.18],
		['blown-out', (x: number, y: number) => Number(skin(x, y)) * 2.2],
		['low-contrast', (x: number, y: number) => 0.5 + (Number(skin(x, y)) - 0.5) * 0.3],
		['blurred', (x: number) => 0.35 + (x / SIDE) * 0.35],
		[
			'covered',
			(x: number, y: number) => (y > 190 ? ([0.1, 0.2, 0.7] as const) : Number(skin(x, y)))
		]
	] as const)('says %s', (code, shade) => {
		expect(codes(shade)).toContain(code);
	});

	it('says when sunglasses hide both eyes', () => {
		expect(codes((x, y) => (y > 100 && y < 140 ? 0.03 : Number(skin(x, y))))).toContain('covered');
	});

	it('measures eyes: distance and opening', () => {
		expect(codes(skin, mesh({ open: 0.05 }))).toContain('eyes-closed');
		expect(codes(skin, mesh({ eyes: 30 }))).toContain('face-small');
		const { eyeDistance, eyesOpen } = measurePhoto(picture(skin), mesh({ open: 0.25 }), LEVEL);
		expect(eyeDistance).toBeCloseTo(100);
		expect(eyesOpen).toBeGreaterThan(0.4);
		const shut = measurePhoto(picture(skin), mesh({ open: 0.05 }), LEVEL).eyesOpen;
		expect(eyesOpen - shut).toBeCloseTo(0.2, 1);
	});

	it.each([
		[{ ...LEVEL, yaw: -40 }, 'turned', -40, 32],
		[{ ...LEVEL, roll: 45 }, 'tilted', 45, 30],
		[{ ...LEVEL, pitch: -33 }, 'tilted', -33, 21]
	] as const)('judges the pose %j', (pose, code, value, limit) => {
		expect(remarksOf(measurePhoto(picture(skin), mesh(), pose))).toEqual([{ code, value, limit }]);
	});

	it('gives every remark its measure and the threshold it crossed', () => {
		for (const { code, value, limit } of remarksOf(
			measurePhoto(
				picture((x, y) => Number(skin(x, y)) * 0.1),
				mesh({ open: 0 }),
				LEVEL
			)
		)) {
			const rule = PHOTO_RULES.find((known) => known.code === code)!;
			expect(rule.least === undefined ? Math.abs(value) > limit : value < limit).toBe(true);
		}
	});

	it('stays finite wherever the mesh lies', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: -2000, max: 2000 }),
				fc.double({ min: 0, max: 30, noNaN: true }),
				(shift, zoom) => {
					const vertices = mesh().map(([x, y]): Point => [x * zoom + shift, y * zoom - shift]);
					const { pose, ...numbers } = measurePhoto(picture(skin, 40), vertices, LEVEL);
					return pose === LEVEL && Object.values(numbers).every(Number.isFinite);
				}
			),
			{ numRuns: 50 }
		);
	});
});

describe('readPatch', () => {
	it('averages down and never enlarges', () => {
		const image = picture((x) => Number(x % 2));
		const large = readPatch(image, { x: 0, y: 0, width: 300, height: 150 }, 60);
		expect([large.width, large.height]).toEqual([60, 30]);
		const small = readPatch(image, { x: 10, y: 10, width: 8, height: 8 }, 60);
		expect([small.width, small.height]).toEqual([8, 8]);
		expect(small.mean[0]).toBeCloseTo(0.5);
	});
});

describe('duplicates', () => {
	const scene: Shade = (x, y) => 0.5 + 0.3 * Math.sin(x / 37) * Math.cos(y / 23);

	it('knows a picture again at another size and brightness', () => {
		const one = fingerprintOf(picture(scene));
		const smaller = fingerprintOf(picture((x, y) => Number(scene(x * 2, y * 2)) * 0.8, SIDE / 2));
		expect(one).toMatch(/^[0-9a-f]{16}$/);
		expect(bitsApart(one, smaller)).toBeLessThanOrEqual(DUPLICATE_BITS);
		expect(duplicateRemarks(smaller, ['0123456789abcdef', one])).toEqual([
			{ code: 'duplicate', value: bitsApart(one, smaller), limit: DUPLICATE_BITS }
		]);
	});

	it('does not take another picture for it', () => {
		const one = fingerprintOf(picture(scene));
		const other = fingerprintOf(picture((x, y) => Number(scene(y + 60, x))));
		expect(duplicateRemarks(other, [one])).toEqual([]);
		expect(duplicateRemarks(one, [])).toEqual([]);
	});

	it('counts bits', () => {
		expect(bitsApart('00', 'ff')).toBe(8);
		expect(bitsApart('a5', 'a5')).toBe(0);
	});
});
