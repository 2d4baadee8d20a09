import type { Direction } from '$lib/contract/direction';
import type { Point } from '$lib/contract/faces';
import { findShoot } from '$lib/direction/shoots';
import { srgbToLab, typologyAngle } from '$workers/engine/colour';
import { isNeutral, SKIN_DRIFT_LIMIT, skinDrift } from '$workers/engine/skin-drift';
import { evenSkin, measureSkin } from '$workers/engine/skin-tone';
import { describe, expect, it } from 'vitest';

const DIRECTORY: Direction = findShoot('Directory')!.direction;
const tone = (angle: number) => ({ angle, lightness: 60 });

/** A picture of 100 x 100 in three vertical bands, and a mesh with its patches in them: right cheek, forehead, left cheek. */
function face(...bands: [r: number, g: number, b: number][]) {
	const data = new Uint8ClampedArray(100 * 100 * 4).fill(255);
	for (let y = 0; y < 100; y++)
		for (let x = 0; x < 100; x++)
			data.set(bands[Math.min(2, Math.floor(x / 34))]!, (y * 100 + x) * 4);
	const vertices: Point[] = Array.from({ length: 468 }, () => [50, 50]);
	for (const [index, x] of [
		[50, 16],
		[205, 16],
		[280, 84],
		[425, 84],
		[33, 20],
		[263, 80]
	] as const)
		vertices[index] = [x, 50];
	return [{ data, width: 100, height: 100 }, vertices] as const;
}

describe('measureSkin', () => {
	const SKIN: [number, number, number] = [198, 134, 94];
	const SHADOW: [number, number, number] = [60, 36, 24];

	it('reads the tone of the skin, not of a shadow on one side', () => {
		const even = measureSkin(...face(SKIN, SKIN, SKIN))!;
		const lab = srgbToLab([198 / 255, 134 / 255, 94 / 255]);
		expect(even.angle).toBeCloseTo(typologyAngle(lab), 1);
		expect(even.lightness).toBeCloseTo(lab[0], 1);
		const { angle, lightness } = measureSkin(...face(SHADOW, SHADOW, SKIN))!;
		expect({ angle, lightness }).toEqual({ angle: even.angle, lightness: even.lightness });
	});

	it('reads cheeks and forehead together only in even light', () => {
		const dim: [number, number, number] = [168, 112, 78];
		expect(measureSkin(...face(SHADOW, SKIN, SKIN))!.evenAngle).toBeNull();
		expect(evenSkin(...face(SHADOW, SKIN, SKIN))).toBeNull();
		const mixed = measureSkin(...face(dim, SKIN, SKIN))!;
		expect(mixed.evenAngle!).toBeLessThan(mixed.angle - 3);
		expect(mixed.evenAngle).toBeCloseTo(typologyAngle(evenSkin(...face(dim, SKIN, SKIN))!), 6);
	});

	it('leaves burnt-out patches aside and gives up when too little is left', () => {
		const white: [number, number, number] = [255, 252, 250];
		const even = measureSkin(...face(SKIN, SKIN, SKIN));
		expect(measureSkin(...face(white, SKIN, SKIN))).toEqual(even);
		expect(measureSkin(...face(white, white, SKIN))).toBeNull();
	});
});

describe('skinDrift', () => {
	it('is the difference to the median of the references', () => {
		expect(skinDrift(tone(40), [tone(10), tone(12), tone(-60)], DIRECTORY)).toEqual({
			degrees: 30,
			limit: SKIN_DRIFT_LIMIT
		});
		expect(skinDrift(tone(0), [tone(10), tone(20)], DIRECTORY)?.degrees).toBe(-15);
	});

	it('says nothing without a measure on either side', () => {
		expect(skinDrift(null, [tone(10)], DIRECTORY)).toBeNull();
		expect(skinDrift(tone(10), [], DIRECTORY)).toBeNull();
	});

	it.each([
		{ setting: 'S4' },
		{ setting: 'S8' },
		{ mood: 'M3' },
		{ mood: 'M9' },
		{ look: 'L3' },
		{ look: 'L7' },
		{ look: null },
		{ mood: null }
	] as Partial<Direction>[])('says nothing where light or look have a colour: %o', (change) => {
		expect(isNeutral({ ...DIRECTORY, ...change })).toBe(false);
		expect(skinDrift(tone(90), [tone(0)], { ...DIRECTORY, ...change })).toBeNull();
	});

	it('judges where only the place, the clothes or the pose are open', () => {
		const open = { ...DIRECTORY, setting: null, styling: null, framing: null, pose: null };
		expect(isNeutral(open)).toBe(true);
	});
});
