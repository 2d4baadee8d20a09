/** sRGB to CIELAB and the typology angle against scikit-image (make-lab-reference.py). */
import { srgbToLab, typologyAngle } from '$workers/engine/colour';
import { describe, expect, it } from 'vitest';
import reference from './lab-reference.json';

const close = (actual: number, expected: number, within: number) =>
	expect(Math.abs(actual - expected), `${actual} is not ${expected}`).toBeLessThan(within);

describe('srgbToLab', () => {
	it.each(reference)('$srgb', ({ srgb, lab, angle }) => {
		const [r, g, b] = srgb.map((value) => value / 255) as [number, number, number];
		const actual = srgbToLab([r, g, b]);
		// The reference's matrix has two digits more.
		lab.forEach((value, i) => close(actual[i]!, value, 0.03));
		// Greys have no hue: there the angle is plus or minus 90 degrees.
		if (Math.hypot(lab[1]!, lab[2]!) > 1) close(typologyAngle(actual), angle, 0.1);
		else close(Math.abs(typologyAngle(actual)), 90, 1);
	});

	it('keeps black, white and the order of lightness', () => {
		close(srgbToLab([0, 0, 0])[0], 0, 1e-9);
		close(srgbToLab([1, 1, 1])[0], 100, 1e-3);
		const greys = [0.02, 0.1, 0.3, 0.6, 0.9].map((v) => srgbToLab([v, v, v])[0]);
		expect(greys).toEqual([...greys].sort((a, b) => a - b));
	});
});
