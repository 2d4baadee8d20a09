import type { Direction } from '$lib/contract/direction';
import { findShoot } from '$lib/direction/shoots';
import { bytesToLab, labToSrgb, srgbToLab, typologyAngle, type Lab } from '$workers/engine/colour';
import type { PixelImage } from '$workers/engine/image';
import { isPlain, matchedSkin, matchSkin } from '$workers/engine/skin-match';
import { skinAllowance } from '$workers/stages/match-skin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const DIRECTORY: Direction = findShoot('Directory')!.direction;
const tone = (evenAngle: number | null) => ({ angle: 0, lightness: 60, evenAngle });
/** Colours of human skin in a photograph, dark to light, from yellowish to ruddy. */
const skins = fc.tuple(
	fc.double({ min: 28, max: 80, noNaN: true }),
	fc.double({ min: 6, max: 22, noNaN: true }),
	fc.double({ min: 12, max: 28, noNaN: true })
);

describe('labToSrgb', () => {
	it('is the inverse of srgbToLab', () => {
		const channel = fc.double({ min: 0, max: 1, noNaN: true });
		fc.assert(
			fc.property(fc.tuple(channel, channel, channel), (colour) => {
				labToSrgb(srgbToLab(colour)).forEach((value, c) =>
					expect(Math.abs(value - colour[c]!)).toBeLessThan(2e-3)
				);
			})
		);
	});
});

describe('bytesToLab', () => {
	it('reads the three bytes at its place as srgbToLab does', () => {
		const byte = fc.integer({ min: 0, max: 255 });
		fc.assert(
			fc.property(fc.tuple(byte, byte, byte), fc.nat(3), ([r, g, b], pixel) => {
				const data = new Uint8ClampedArray(16).fill(77);
				data.set([r, g, b], pixel * 4);
				expect(bytesToLab(data, pixel * 4)).toEqual(srgbToLab([r / 255, g / 255, b / 255]));
			})
		);
	});
});

describe('matchedSkin', () => {
	it('has the angle of the references, and no other colour of that angle is nearer', () => {
		fc.assert(
			fc.property(skins, fc.double({ min: -12, max: 12, noNaN: true }), (skin, way) => {
				const angle = typologyAngle(skin) + way;
				const matched = matchedSkin(skin, [tone(angle)], 20)!;
				expect(typologyAngle(matched)).toBeCloseTo(angle, 6);
				const [up, along] = [Math.sin((angle * Math.PI) / 180), Math.cos((angle * Math.PI) / 180)];
				const distance = (lab: Lab) => Math.hypot(...lab.map((value, i) => value - skin[i]!));
				for (const length of [5, 15, 25, 35])
					expect(distance(matched)).toBeLessThanOrEqual(
						distance([50 + length * up, skin[1], length * along]) + 1e-9
					);
			})
		);
	});

	it('goes no further than it may', () => {
		const skin: Lab = [60, 14, 20];
		const own = typologyAngle(skin);
		for (const way of [-40, 40])
			expect(typologyAngle(matchedSkin(skin, [tone(own + way)], 12)!)).toBeCloseTo(
				own + 12 * Math.sign(way),
				6
			);
	});

	it('goes further where several photographs agree, and no further where they do not', () => {
		const skin: Lab = [60, 14, 20];
		const own = typologyAngle(skin);
		const gone = (...ways: number[]) =>
			typologyAngle(
				matchedSkin(
					skin,
					ways.map((way) => tone(own + way)),
					12
				)!
			) - own;
		expect(gone(-26, -30, -33)).toBeCloseTo(-30, 6);
		expect(gone(40, 50, 52)).toBeCloseTo(36, 6);
		expect(gone(-20, -30, -45)).toBeCloseTo(-12, 6);
		expect(gone(-30)).toBeCloseTo(-12, 6);
		expect(gone(3, 5)).toBeCloseTo(4, 6);
	});

	it('counts evenly lit references alone, by their median', () => {
		const skin: Lab = [60, 14, 20];
		const own = typologyAngle(skin);
		const references = [tone(null), tone(own + 4), tone(own + 90), tone(own + 2)];
		expect(typologyAngle(matchedSkin(skin, references, 12)!)).toBeCloseTo(own + 4, 6);
		expect(matchedSkin(skin, [tone(null), { angle: 3, lightness: 50 }], 12)).toBeNull();
		expect(matchedSkin(skin, [], 12)).toBeNull();
	});
});

describe('matchSkin', () => {
	const FACE = { x: 40, y: 30, width: 40, height: 50 };
	const bytes = (lab: Lab) => labToSrgb(lab).map((value) => Math.round(value * 255));

	/** A face of one colour on a ground of another; a wide brim of skin's colour lies off the subject. */
	function scene(skin: Lab, ground: Lab): { picture: PixelImage; subject: Float32Array } {
		const [width, height] = [120, 150];
		const data = new Uint8ClampedArray(width * height * 4).fill(255);
		const subject = new Float32Array(width * height);
		for (let i = 0; i < width * height; i++) {
			const [x, y] = [i % width, Math.floor(i / width)];
			const inFace = x >= 40 && x < 80 && y >= 30 && y < 80;
			const brim = y >= 20 && y < 28;
			data.set(bytes(inFace || brim ? skin : ground), i * 4);
			subject[i] = inFace ? 1 : 0;
		}
		return { picture: { data, width, height }, subject };
	}
	const at = ({ data, width }: PixelImage, x: number, y: number) =>
		[...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)] as [number, number, number];
	const labAt = (picture: PixelImage, x: number, y: number) =>
		srgbToLab(at(picture, x, y).map((value) => value / 255) as [number, number, number]);

	it('brings skin to the wanted colour and leaves the rest as it is', () => {
		fc.assert(
			fc.property(skins, fc.double({ min: -12, max: 12, noNaN: true }), (skin, way) => {
				const to = matchedSkin(skin, [tone(typologyAngle(skin) + way)], 12)!;
				const { picture, subject } = scene(skin, [85, -2, -8]);
				const before = new Uint8ClampedArray(picture.data);
				const matched = matchSkin(picture, FACE, subject, skin, to);
				expect(picture.data.every((value, i) => value === before[i])).toBe(true);
				const made = typologyAngle(labAt(matched, 60, 55));
				// Rounding to bytes is worth a degree or two where skin is dark.
				expect(Math.abs(made - typologyAngle(to))).toBeLessThan(3);
				for (const [x, y] of [
					[20, 100],
					[60, 24],
					[2, 2]
				] as const)
					expect(at(matched, x, y)).toEqual(at(picture, x, y));
			}),
			{ numRuns: 20 }
		);
	});

	it('lets skin in shadow follow, but neither black nor white, hair nor a coloured coat', () => {
		const skin: Lab = [66, 14, 18];
		const to: Lab = [61, 14, 19];
		const colours: Record<string, Lab> = {
			shadow: [54, 11.9, 15.4],
			white: [98, 0, 1],
			black: [6, 0, 0],
			brown: [26, 8, 11],
			coat: [60, -5, -20]
		};
		const { picture } = scene(skin, [85, -2, -8]);
		const places = Object.entries(colours).map(([name, lab], i) => {
			const y = 34 + i * 9;
			for (let row = y; row < y + 8; row++)
				for (let x = 44; x < 76; x++) picture.data.set(bytes(lab), (row * 120 + x) * 4);
			return [name, y + 4] as const;
		});
		const matched = matchSkin(picture, FACE, null, skin, to);
		for (const [name, y] of places) {
			const moved = labAt(picture, 60, y)[0] - labAt(matched, 60, y)[0];
			if (name === 'shadow') expect(moved).toBeGreaterThan(2);
			else expect(Math.abs(moved)).toBeLessThan(0.5);
		}
	});

	it('works at the border of a picture, and beyond it', () => {
		const { picture } = scene([60, 14, 20], [85, -2, -8]);
		for (const face of [
			{ x: -30, y: -30, width: 60, height: 60 },
			{ x: 110, y: 140, width: 40, height: 40 },
			{ x: 900, y: 900, width: 10, height: 10 }
		])
			expect(matchSkin(picture, face, null, [60, 14, 20], [64, 14, 19]).data).toHaveLength(
				picture.data.length
			);
	});
});

describe('skinAllowance', () => {
	const asked = { direction: DIRECTORY, identityStrength: 1, skin: [tone(20)] };
	const defaults = {
		steps: 8,
		guidanceScale: 1,
		identityStrength: 1,
		variation: { subtle: 0.3, strong: 0.6 }
	};

	it("is the pack's, in plain light and the neutral look", () => {
		expect(isPlain(DIRECTORY)).toBe(true);
		expect(skinAllowance({ ...defaults, skinMatch: 12 }, asked)).toBe(12);
		expect(skinAllowance({ ...defaults, skinMatch: 12 }, { ...asked, identityStrength: 0.5 })).toBe(
			6
		);
	});

	it('is none where the pack has none, and none without sitter or references', () => {
		expect(skinAllowance(defaults, asked)).toBeNull();
		expect(
			skinAllowance({ ...defaults, skinMatch: 12 }, { ...asked, identityStrength: 0 })
		).toBeNull();
		expect(skinAllowance({ ...defaults, skinMatch: 12 }, { ...asked, skin: [] })).toBeNull();
	});

	it.each([
		{ mood: 'M2' },
		{ look: 'L2' },
		{ setting: 'S8' },
		{ mood: null }
	] as Partial<Direction>[])('is none where the light or the look is not plain: %o', (change) => {
		const direction = { ...DIRECTORY, ...change };
		expect(skinAllowance({ ...defaults, skinMatch: 12 }, { ...asked, direction })).toBeNull();
	});
});
