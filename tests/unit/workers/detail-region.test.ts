import type { Box } from '$lib/contract/faces';
import {
	CLOTHES_VIEW,
	detailMask,
	detailRegion,
	FACE_VIEW,
	HEAD_VIEW,
	keepBackdrop
} from '$workers/engine/detail-region';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** What either pass over the face shows. */
const views = fc.constantFrom(HEAD_VIEW, FACE_VIEW);
/** A picture of any shape, and in it a face of any place and size; boxes of faces may reach out of the picture. */
const scene = fc
	.record({ width: fc.integer({ min: 64, max: 1536 }), height: fc.integer({ min: 64, max: 1536 }) })
	.chain((picture) =>
		fc.record({
			picture: fc.constant(picture),
			face: fc
				.record({
					x: fc.double({ min: 0, max: 1, noNaN: true }),
					y: fc.double({ min: 0, max: 1, noNaN: true }),
					height: fc.double({ min: 4, max: picture.height * 0.6, noNaN: true }),
					slim: fc.double({ min: 0.6, max: 1.1, noNaN: true })
				})
				.map(({ x, y, height, slim }): Box => ({
					// Its middle is in the picture.
					x: x * picture.width - (height * slim) / 2,
					y: y * picture.height - height / 2,
					width: height * slim,
					height
				}))
		})
	);

describe('detailRegion', () => {
	it('lies inside the picture, in whole pixels and its aspect ratio, and holds the face', () => {
		let regions = 0;
		fc.assert(
			fc.property(scene, views, ({ picture, face }, view) => {
				const region = detailRegion(face, picture, view);
				if (!region) return;
				regions++;
				const { x, y, width, height } = region;
				expect([x, y, width, height].every(Number.isInteger)).toBe(true);
				expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
				expect(x + width).toBeLessThanOrEqual(picture.width);
				expect(y + height).toBeLessThanOrEqual(picture.height);
				expect(height).toBeLessThan(picture.height);
				expect(Math.abs(width - (height * picture.width) / picture.height)).toBeLessThanOrEqual(1);
				// What of the face is in the picture is in the region.
				expect(x).toBeLessThanOrEqual(Math.max(face.x, 0));
				expect(y).toBeLessThanOrEqual(Math.max(face.y, 0));
				const [right, bottom] = [face.x + face.width, face.y + face.height];
				expect(x + width).toBeGreaterThanOrEqual(Math.min(right, picture.width));
				expect(y + height).toBeGreaterThanOrEqual(Math.min(bottom, picture.height));
			})
		);
		expect(regions).toBeGreaterThan(20);
	});

	it('leaves room for hair, and more for shoulders', () => {
		const face = { x: 220, y: 200, width: 75, height: 100 };
		const region = detailRegion(face, { width: 512, height: 768 }, HEAD_VIEW)!;
		expect(region).toEqual({ x: 178, y: 140, width: 160, height: 240 });
		expect(face.y - region.y).toBeGreaterThan(50);
		expect(region.y + region.height - 300).toBeGreaterThan(face.y - region.y);
	});

	it('holds the face and little else in the closer pass', () => {
		const face = { x: 220, y: 200, width: 75, height: 100 };
		const region = detailRegion(face, { width: 512, height: 768 }, FACE_VIEW)!;
		expect(region).toEqual({ x: 208, y: 175, width: 100, height: 150 });
	});

	it('begins under the nose and ends at the waist in the pass over the clothes', () => {
		const face = { x: 220, y: 100, width: 75, height: 100 };
		const region = detailRegion(face, { width: 512, height: 768 }, CLOTHES_VIEW)!;
		expect(region).toEqual({ x: 164, y: 160, width: 187, height: 280 });
		// A face far down leaves less room below it: the region moves up with the picture's border.
		const low = detailRegion({ ...face, y: 500 }, { width: 512, height: 768 }, CLOTHES_VIEW)!;
		expect(low.y + low.height).toBe(768);
	});

	it('is not there for a face that fills the picture', () => {
		const face = { x: 100, y: 100, width: 300, height: 400 };
		expect(detailRegion(face, { width: 512, height: 768 }, HEAD_VIEW)).toBeNull();
	});
});

describe('detailMask', () => {
	const at = (mask: Float32Array, { width }: Box, x: number, y: number) => mask[y * width + x]!;

	it('is 1 in the middle of the face, and 0 on a border that is not the picture’s own', () => {
		fc.assert(
			fc.property(scene, views, ({ picture, face }, view) => {
				const region = detailRegion(face, picture, view);
				if (!region) return;
				const mask = detailMask(face, region, picture, view);
				expect(mask).toHaveLength(region.width * region.height);
				expect(mask.every((value) => value >= 0 && value <= 1)).toBe(true);
				const middle = (start: number, length: number, from: number, most: number) =>
					Math.min(Math.floor(start + length / 2 - from), most - 1);
				const x = middle(face.x, face.width, region.x, region.width);
				const y = middle(face.y, face.height, region.y, region.height);
				expect(at(mask, region, x, y)).toBe(1);
				for (let row = 0; row < region.height; row++) {
					if (region.x > 0) expect(at(mask, region, 0, row)).toBe(0);
					if (region.x + region.width < picture.width)
						expect(at(mask, region, region.width - 1, row)).toBe(0);
				}
				for (let column = 0; column < region.width; column++) {
					if (region.y > 0) expect(at(mask, region, column, 0)).toBe(0);
					if (region.y + region.height < picture.height)
						expect(at(mask, region, column, region.height - 1)).toBe(0);
				}
			})
		);
	});

	it('is whole on all of the face and falls without a step', () => {
		const picture = { width: 512, height: 768 };
		const face = { x: 220, y: 200, width: 75, height: 100 };
		const region = detailRegion(face, picture, HEAD_VIEW)!;
		const mask = detailMask(face, region, picture, HEAD_VIEW);
		for (let y = face.y; y < face.y + face.height; y++)
			for (let x = face.x; x < face.x + face.width; x++)
				expect(at(mask, region, x - region.x, y - region.y)).toBe(1);
		const row = Math.round(face.y + face.height / 2 - region.y);
		for (let x = 1; x < region.width; x++)
			expect(Math.abs(at(mask, region, x, row) - at(mask, region, x - 1, row))).toBeLessThan(0.1);
		// It rises to the face and falls behind it, and never turns.
		const middle = Math.round(face.x + face.width / 2 - region.x);
		for (let x = 1; x < region.width; x++) {
			const rise = at(mask, region, x, row) - at(mask, region, x - 1, row);
			expect(x <= middle ? rise : -rise).toBeGreaterThanOrEqual(0);
		}
	});

	it('leaves the face to the other passes in the one over the clothes, and has all of the chest', () => {
		const picture = { width: 512, height: 768 };
		const face = { x: 220, y: 100, width: 75, height: 100 };
		const region = detailRegion(face, picture, CLOTHES_VIEW)!;
		const mask = detailMask(face, region, picture, CLOTHES_VIEW);
		const down = (y: number) => at(mask, region, 257 - region.x, y - region.y);
		expect(down(region.y)).toBe(0);
		expect(down(175)).toBeLessThan(0.3);
		for (let y = 217; y < 380; y++) expect(down(y)).toBe(1);
		for (let x = region.x + 38; x < region.x + 148; x++)
			expect(at(mask, region, x - region.x, 140)).toBe(1);
		for (const x of [0, region.width - 1]) expect(at(mask, region, x, 140)).toBe(0);
		for (let y = region.y + 1; y < region.y + region.height; y++)
			expect(Math.abs(down(y) - down(y - 1))).toBeLessThan(0.1);
		expect(down(region.y + region.height - 1)).toBe(0);
	});

	it('does not fade where the picture itself ends', () => {
		const picture = { width: 512, height: 768 };
		const face = { x: 100, y: 4, width: 75, height: 100 };
		const region = detailRegion(face, picture, HEAD_VIEW)!;
		expect(region.y).toBe(0);
		const mask = detailMask(face, region, picture, HEAD_VIEW);
		expect(at(mask, region, 137 - region.x, 0)).toBe(1);
		expect(at(mask, region, 137 - region.x, region.height - 1)).toBe(0);
	});
});

describe('keepBackdrop', () => {
	const picture = { width: 512, height: 768 };
	const face = { x: 220, y: 200, width: 75, height: 100 };
	const region = detailRegion(face, picture, HEAD_VIEW)!;
	const mask = detailMask(face, region, picture, HEAD_VIEW);
	/** A column of the region, from its left, is subject in all rows. */
	const columns = (from: number, to: number) =>
		Float32Array.from(mask, (_, i) => (i % region.width >= from && i % region.width < to ? 1 : 0));
	const at = (values: Float32Array, x: number, y: number) => values[y * region.width + x]!;
	const centre = { x: 257 - region.x, y: 250 - region.y };

	it('never lets more through than the mask', () => {
		fc.assert(
			fc.property(
				fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 7, maxLength: 7 }),
				(few) => {
					const subject = Float32Array.from(mask, (_, i) => few[(i * 31) % few.length]!);
					const kept = keepBackdrop(mask, [subject], face, region);
					expect(kept.every((share, i) => share >= 0 && share <= mask[i]! + 1e-6)).toBe(true);
				}
			),
			{ numRuns: 20 }
		);
	});

	it('keeps the first backdrop where both pictures have one, and all of the subject of either', () => {
		const [left, right] = [columns(20, 80), columns(70, 120)];
		const kept = keepBackdrop(mask, [left, right], face, region);
		// Row beside the face's middle: subject from column 20 to 120, softened by a few pixels.
		for (let x = 20; x < 120; x++)
			expect(at(kept, x, centre.y)).toBeCloseTo(at(mask, x, centre.y), 5);
		for (const x of [5, 10, 14, 131, 140, 155]) expect(at(kept, x, centre.y)).toBe(0);
		// And it does not fall in one step.
		for (let x = 1; x < region.width; x++)
			expect(Math.abs(at(kept, x, centre.y) - at(kept, x - 1, centre.y))).toBeLessThan(0.5);
	});

	it('leaves the face alone, whatever a decoder takes for the subject', () => {
		const kept = keepBackdrop(mask, [new Float32Array(mask.length)], face, region);
		expect(at(kept, centre.x, centre.y)).toBe(1);
		expect(at(kept, centre.x, face.y - region.y + 2)).toBeGreaterThan(0.9);
		expect(at(kept, 4, centre.y)).toBe(0);
	});

	it('changes nothing where all is subject', () => {
		expect(keepBackdrop(mask, [columns(0, region.width)], face, region)).toEqual(mask);
	});
});
