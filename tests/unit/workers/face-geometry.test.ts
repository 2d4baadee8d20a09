import type { FacePoints, Point } from '$lib/contract/faces';
import { isLuxError } from '$lib/contract/errors';
import {
	anchorsOf,
	apply,
	cropToImage,
	fitSimilarity,
	invert,
	scaleOf,
	type Similarity,
	templateAnchors
} from '$workers/engine/face-geometry';
import { alignFace } from '$workers/stages/align-face';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const spec = {
	cropSize: 112,
	template: {
		rightEye: [0.38, 0.46] as [number, number],
		leftEye: [0.62, 0.46] as [number, number],
		mouth: [0.5, 0.7] as [number, number]
	}
};
const coordinate = fc.double({ min: -500, max: 1500, noNaN: true });
const point = fc.tuple(coordinate, coordinate);
const similarity: fc.Arbitrary<Similarity> = fc
	.record({
		scale: fc.double({ min: 0.05, max: 20, noNaN: true }),
		turn: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
		shiftX: coordinate,
		shiftY: coordinate
	})
	.map(({ scale, turn, shiftX, shiftY }) => ({
		a: scale * Math.cos(turn),
		b: scale * Math.sin(turn),
		shiftX,
		shiftY
	}));

function faceFrom(map: Similarity): FacePoints {
	const place = (x: number, y: number) => apply(map, [x * spec.cropSize, y * spec.cropSize]);
	return {
		rightEye: place(0.38, 0.46),
		leftEye: place(0.62, 0.46),
		noseTip: place(0.5, 0.58),
		mouthRight: place(0.42, 0.7),
		mouthLeft: place(0.58, 0.7)
	};
}

function near(a: Point, b: Point, tolerance: number): void {
	expect(Math.hypot(a[0] - b[0], a[1] - b[1])).toBeLessThan(tolerance);
}

const squaredError = (map: Similarity, from: Point[], to: Point[]) =>
	from.reduce((sum, p, i) => {
		const [x, y] = apply(map, p);
		return sum + (x - to[i]![0]) ** 2 + (y - to[i]![1]) ** 2;
	}, 0);

describe('similarities', () => {
	it('are found again from the points they moved', () => {
		fc.assert(
			fc.property(similarity, (map) => {
				const found = cropToImage(faceFrom(map), spec);
				expect(found.a).toBeCloseTo(map.a, 6);
				expect(found.b).toBeCloseTo(map.b, 6);
				near([found.shiftX, found.shiftY], [map.shiftX, map.shiftY], 1e-5);
			})
		);
	});

	it('undo themselves with their inverse', () => {
		fc.assert(
			fc.property(similarity, point, (map, p) => {
				near(apply(invert(map), apply(map, p)), p, 1e-6);
				near(apply(map, apply(invert(map), p)), p, 1e-6);
			})
		);
	});

	it('are the best ones: no small change fits noisy points better', () => {
		const points = fc.array(point, { minLength: 3, maxLength: 3 });
		const change = fc.tuple(
			...Array.from({ length: 4 }, () => fc.double({ min: -1, max: 1, noNaN: true }))
		);
		fc.assert(
			fc.property(points, change, (to, [da, db, dx, dy]) => {
				const from = templateAnchors(spec);
				const best = fitSimilarity(from, to);
				const other = {
					a: best.a + 0.01 * da!,
					b: best.b + 0.01 * db!,
					shiftX: best.shiftX + dx!,
					shiftY: best.shiftY + dy!
				};
				const least = squaredError(best, from, to);
				expect(squaredError(other, from, to)).toBeGreaterThanOrEqual(least * (1 - 1e-9) - 1e-6);
			})
		);
	});

	it('never mirror: a mirrored face is fitted worse, not flipped', () => {
		const face = faceFrom({ a: 1, b: 0, shiftX: 0, shiftY: 0 });
		const map = cropToImage({ ...face, rightEye: face.leftEye, leftEye: face.rightEye }, spec);
		expect(map.a * map.a + map.b * map.b).toBeLessThan(0.9);
	});

	it('are refused for points that determine none', () => {
		const same: Point[] = [
			[3, 3],
			[3, 3],
			[3, 3]
		];
		const nowhere: FacePoints = {
			rightEye: [5, 5],
			leftEye: [5, 5],
			noseTip: [5, 5],
			mouthRight: [5, 5],
			mouthLeft: [5, 5]
		};
		for (const run of [
			() => fitSimilarity(same, templateAnchors(spec)),
			() => fitSimilarity(templateAnchors(spec), same.slice(1)),
			() => fitSimilarity([], []),
			() => cropToImage(nowhere, spec),
			() => cropToImage({ ...nowhere, leftEye: [Number.NaN, 1] }, spec),
			() => invert({ a: 0, b: 0, shiftX: 1, shiftY: 1 })
		]) {
			let thrown: unknown;
			try {
				run();
			} catch (error) {
				thrown = error;
			}
			expect(isLuxError(thrown, 'request-invalid')).toBe(true);
		}
	});

	it('use eyes and the middle of the mouth', () => {
		const face = faceFrom({ a: 2, b: 0, shiftX: 10, shiftY: 20 });
		const anchors = anchorsOf(face);
		expect(anchors).toHaveLength(3);
		near(anchors[2]!, [2 * 56 + 10, 2 * 0.7 * 112 + 20], 1e-9);
	});
});

describe('alignFace', () => {
	const shaded = (width: number, height: number, level: (x: number, y: number) => number) => {
		const data = new Uint8ClampedArray(width * height * 4).fill(255);
		for (let y = 0; y < height; y++)
			for (let x = 0; x < width; x++)
				data.fill(level(x, y), (y * width + x) * 4, (y * width + x) * 4 + 3);
		return { data, width, height };
	};

	it('is the picture itself for a face that already sits on the template', () => {
		const image = shaded(112, 112, (x, y) => (x * 2 + y * 5) % 251);
		const crop = alignFace(image, faceFrom({ a: 1, b: 0, shiftX: 0, shiftY: 0 }), spec);
		for (const [x, y] of [
			[0, 0],
			[111, 111],
			[56, 30],
			[7, 100]
		] as const)
			expect((crop[y * 112 + x]! + 1) * 127.5).toBeCloseTo((x * 2 + y * 5) % 251, 3);
	});

	it('keeps red, green and blue apart, in planes, within [-1, 1]', () => {
		const image = shaded(60, 60, () => 0);
		for (let i = 0; i < image.data.length; i += 4) image.data.set([255, 0, 51], i);
		const crop = alignFace(image, faceFrom({ a: 0.5, b: 0.1, shiftX: 0, shiftY: 0 }), spec);
		expect(crop).toHaveLength(3 * 112 * 112);
		expect([crop[0], crop[112 * 112], crop[2 * 112 * 112]].map((x) => x!.toFixed(3))).toEqual([
			'1.000',
			'-1.000',
			'-0.600'
		]);
	});

	it('continues the edge outside the photo', () => {
		const image = shaded(20, 20, (x) => (x < 10 ? 30 : 220));
		const crop = alignFace(image, faceFrom({ a: 1, b: 0, shiftX: -46, shiftY: -46 }), spec);
		expect((crop[0]! + 1) * 127.5).toBeCloseTo(30, 3);
		expect((crop[111]! + 1) * 127.5).toBeCloseTo(220, 3);
	});

	it('averages a large photo instead of skipping its pixels', () => {
		// A fine checkerboard, nine photo pixels to a crop pixel: single samples would give black and white noise.
		const image = shaded(1008, 1008, (x, y) => ((x + y) % 2) * 255);
		const map = { a: 8.97, b: 0.6, shiftX: 0, shiftY: 0 };
		expect(scaleOf(map)).toBeGreaterThan(8.9);
		const crop = alignFace(image, faceFrom(map), spec);
		const middle = crop.subarray(30 * 112, 60 * 112);
		const worst = middle.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
		expect(worst).toBeLessThan(0.2);
	});
});
