import type { PixelImage } from '$workers/engine/image';
import { meshVertices, regionFromCandidate, regionFromMesh } from '$workers/stages/face-mesh';
import { buildPyramid, fromRegion, sampleRegion } from '$workers/stages/face-region';
import { farViews, nearViews } from '$workers/stages/face-views';
import { describe, expect, it } from 'vitest';

/** Red is x, green is y, blue is constant, so that a sample tells where it was taken. */
function gradient(width: number, height: number): PixelImage {
	const data = new Uint8ClampedArray(width * height * 4);
	for (let i = 0; i < width * height; i++)
		data.set([i % width, Math.floor(i / width), 200, 255], i * 4);
	return { data, width, height };
}

describe('sampleRegion', () => {
	const image = gradient(100, 80);

	it('copies pixels exactly when the region is the picture grid', () => {
		const region = { centre: [20, 30], size: 8, angle: 0 } as const;
		const sampled = sampleRegion([image], region, 8, [0, 255]);
		expect([...sampled.subarray(0, 8)]).toEqual([16, 17, 18, 19, 20, 21, 22, 23]);
		expect(sampled[64]).toBe(26);
		expect(sampled[64 + 8]).toBe(27);
		expect(sampled[128]).toBe(200);
	});

	it('turns with the region: a quarter turn reads rows as columns', () => {
		const region = { centre: [20, 30], size: 8, angle: Math.PI / 2 } as const;
		const sampled = sampleRegion([image], region, 8, [0, 255]);
		// Its x axis points down the picture and its y axis to the left.
		expect(sampled[0]).toBeCloseTo(23, 4);
		expect(sampled[64]).toBeCloseTo(26, 4);
		expect(sampled[64 + 7]).toBeCloseTo(33, 4);
		expect(sampled[7 * 8]).toBeCloseTo(16, 4);
	});

	it('agrees with fromRegion about where things are', () => {
		const region = { centre: [50, 40], size: 30, angle: 0.4 } as const;
		const sampled = sampleRegion([image], region, 15, [0, 255]);
		const [x, y] = fromRegion(region, [3.5 / 15, 10.5 / 15]);
		expect(sampled[10 * 15 + 3]).toBeCloseTo(x - 0.5, 3);
		expect(sampled[225 + 10 * 15 + 3]).toBeCloseTo(y - 0.5, 3);
	});

	it('is black outside and maps black and white to the asked range', () => {
		const region = { centre: [0, 40], size: 20, angle: 0 } as const;
		const sampled = sampleRegion([image], region, 20, [-1, 1]);
		expect(sampled[800]).toBe(-1);
		expect(sampled[800 + 15]).toBeCloseTo((200 / 255) * 2 - 1, 5);
	});

	it('keeps its place when it samples a smaller level of the pyramid', () => {
		const large = gradient(250, 250);
		const pyramid = buildPyramid(large, 32);
		expect(pyramid.map(({ width }) => width)).toEqual([250, 125, 62]);
		const region = { centre: [120, 120], size: 200, angle: 0 } as const;
		const sampled = sampleRegion(pyramid, region, 50, [0, 255]);
		// Column 10 of 50 is 10.5 * 4 pixels right of the region's edge at 20.
		expect(Math.abs(sampled[25 * 50 + 10]! - 61.5)).toBeLessThan(1);
	});
});

describe('views', () => {
	const corners = [
		[0, 0],
		[1, 1]
	] as const;

	it('show the whole picture, once tightly and once with room around', () => {
		for (const view of nearViews({ width: 300, height: 200 })) {
			const [[left, top], [right, bottom]] = corners.map((corner) => fromRegion(view, corner)) as [
				[number, number],
				[number, number]
			];
			expect(left).toBeLessThanOrEqual(0);
			expect(top).toBeLessThanOrEqual(0);
			expect(right).toBeGreaterThanOrEqual(300);
			expect(bottom).toBeGreaterThanOrEqual(200);
		}
	});

	it('tile the picture so that a face of a fifth of the long side is whole in some tile', () => {
		const [width, height] = [300, 200];
		const tiles = farViews({ width, height });
		for (let x = 30; x <= width - 30; x += 10)
			for (let y = 30; y <= height - 30; y += 10) {
				const whole = tiles.some(
					({ centre, size }) =>
						Math.abs(centre[0] - x) + 30 <= size / 2 + 1e-9 &&
						Math.abs(centre[1] - y) + 30 <= size / 2 + 1e-9
				);
				expect(whole, `face at ${x}, ${y}`).toBe(true);
			}
	});
});

describe('mesh regions', () => {
	it('turn so that the eyes are level and leave a quarter of margin', () => {
		const region = regionFromCandidate({
			box: { x: 10, y: 20, width: 40, height: 60 },
			landmarks: [
				[20, 40],
				[40, 60]
			],
			score: 1
		});
		expect(region).toEqual({ centre: [30, 50], size: 90, angle: Math.PI / 4 });
	});

	it('fit a mesh again wherever the region was turned to', () => {
		// A flat "mesh" that fills the middle 0.4..0.6 of its region, eyes level on the region's x axis.
		const output = new Float32Array(468 * 3);
		for (let i = 0; i < 468; i++)
			output.set([(i % 3) * 19.2 + 76.8, i % 2 ? 76.8 : 115.2, 0], i * 3);
		for (const i of [33, 133, 159, 145]) output.set([86.4, 96, 0], i * 3);
		for (const i of [263, 362, 386, 374]) output.set([105.6, 96, 0], i * 3);
		const region = { centre: [200, 100], size: 150, angle: 0.7 } as const;
		const again = regionFromMesh(meshVertices(output, region));
		expect(again.angle).toBeCloseTo(0.7, 6);
		expect(again.centre[0]).toBeCloseTo(200, 4);
		expect(again.centre[1]).toBeCloseTo(100, 4);
		expect(again.size).toBeCloseTo(150 * 0.2 * 1.5, 4);
	});
});
