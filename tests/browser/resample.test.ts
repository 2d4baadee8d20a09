/** Parts of pictures at other sizes, with the browser's own scaling. */
import { resample, resamplePlane } from '$workers/stages/encode-image';
import { describe, expect, it } from 'vitest';

describe('resample', () => {
	it('reads the part and nothing beside it', () => {
		const data = new Uint8ClampedArray(8 * 8 * 4).fill(255);
		for (let y = 2; y < 6; y++)
			for (let x = 2; x < 6; x++) data.set([10, 20, 30, 255], (y * 8 + x) * 4);
		const part = { x: 2, y: 2, width: 4, height: 4 };
		const large = resample({ data, width: 8, height: 8 }, part, { width: 16, height: 16 });
		expect([large.width, large.height]).toEqual([16, 16]);
		for (let i = 0; i < large.data.length; i += 4)
			expect([...large.data.slice(i, i + 4)]).toEqual([10, 20, 30, 255]);
	});

	it('does the same to one plane of numbers', () => {
		const plane = Float32Array.from({ length: 64 }, (_, i) => (i % 8 < 4 ? 0 : 0.6));
		const [left, right] = [0, 4].map((x) =>
			resamplePlane(
				plane,
				{ width: 8, height: 8 },
				{ x, y: 0, width: 4, height: 8 },
				{ width: 8, height: 16 }
			)
		);
		expect(left).toEqual(new Float32Array(128));
		expect(right).toEqual(new Float32Array(128).fill(0.6));
	});
});
