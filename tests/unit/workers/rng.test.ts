import { isLuxError } from '$lib/contract/errors';
import { drawUniform, gaussianNoise, NOISE_STREAM, philox4x32 } from '$workers/engine/rng';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const word = fc.integer({ min: 0, max: 0xffffffff });

describe('philox4x32-10', () => {
	// Known answers published with Random123 (kat_vectors, philox4x32 10).
	it.each([
		['zeros', [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
		[
			'ones',
			[0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
			[0xffffffff, 0xffffffff],
			[0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]
		],
		[
			'digits of pi',
			[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
			[0xa4093822, 0x299f31d0],
			[0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]
		]
	] as const)('gives the published answer for %s', (_, counter, key, answer) => {
		expect(philox4x32(counter, key)).toEqual(answer);
	});

	it('gives four unsigned words for any input', () => {
		fc.assert(
			fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (counter, key) => {
				for (const value of philox4x32(counter, key)) {
					expect(Number.isInteger(value) && value >= 0 && value <= 0xffffffff).toBe(true);
				}
			})
		);
	});
});

describe('gaussianNoise', () => {
	it('keeps the documented mapping from words to numbers', () => {
		const [w0, w1, w2, w3] = philox4x32([0, 0, 5, 0], [7, 0]);
		const radius = (w: number) => Math.sqrt(-2 * Math.log((w + 0.5) / 2 ** 32));
		const angle = (w: number) => (2 * Math.PI * (w + 0.5)) / 2 ** 32;
		expect([...gaussianNoise(7, 5, 4)]).toEqual(
			[
				radius(w0) * Math.cos(angle(w1)),
				radius(w0) * Math.sin(angle(w1)),
				radius(w2) * Math.cos(angle(w3)),
				radius(w2) * Math.sin(angle(w3))
			].map(Math.fround)
		);
	});

	it('keeps the numbers saved recipes rely on', () => {
		const first = [...gaussianNoise(0, 0, 4)].map((x) => x.toFixed(6));
		expect(first).toEqual(FIRST_OF_SEED_0);
	});

	it('is the same for the same seed, and a short draw begins a long one', () => {
		fc.assert(
			fc.property(word, fc.integer({ min: 0, max: 40 }), (seed, length) => {
				const long = gaussianNoise(seed, 0, 41);
				expect(gaussianNoise(seed, 0, length)).toEqual(long.slice(0, length));
			})
		);
	});

	it('changes with the seed, by one bit, and with the stream', () => {
		const base = gaussianNoise(1234, NOISE_STREAM.initialLatents, 2560);
		for (const other of [
			gaussianNoise(1235, NOISE_STREAM.initialLatents, 2560),
			gaussianNoise(1234, NOISE_STREAM.step(0), 2560),
			gaussianNoise(1234, NOISE_STREAM.step(1), 2560)
		]) {
			expect(Math.abs(correlation(base, other))).toBeLessThan(0.08);
		}
	});

	it('draws uniform numbers in [0, 1) that belong to a stream of their own', () => {
		fc.assert(
			fc.property(word, fc.integer({ min: 0, max: 9 }), (seed, length) => {
				const drawn = drawUniform(seed, NOISE_STREAM.composition, 9);
				expect(drawn.every((x) => x >= 0 && x < 1)).toBe(true);
				expect(drawUniform(seed, NOISE_STREAM.composition, length)).toEqual(drawn.slice(0, length));
				expect(drawUniform(seed, NOISE_STREAM.initialLatents, 9)).not.toEqual(drawn);
			})
		);
		const many = drawUniform(5, NOISE_STREAM.composition, 90_000);
		const tenths = new Array<number>(10).fill(0);
		for (const x of many) tenths[Math.floor(x * 10)]! += 1;
		for (const count of tenths) expect(Math.abs(count - 9000)).toBeLessThan(400);
	});

	it('is standard normal: moments, tails and Kolmogorov-Smirnov distance', () => {
		const count = 200_000;
		const noise = gaussianNoise(2024, 0, count);
		const moment = (k: number) => noise.reduce((sum, x) => sum + x ** k, 0) / count;
		expect(Math.abs(moment(1))).toBeLessThan(0.01);
		expect(Math.abs(moment(2) - 1)).toBeLessThan(0.015);
		expect(Math.abs(moment(3))).toBeLessThan(0.03);
		expect(Math.abs(moment(4) - 3)).toBeLessThan(0.08);
		const sorted = noise.slice().sort();
		let distance = 0;
		sorted.forEach((x, i) => {
			distance = Math.max(distance, Math.abs(normalCdf(x) - (i + 0.5) / count));
		});
		// 1.63 / sqrt(n): the 1 % critical value.
		expect(distance).toBeLessThan(1.63 / Math.sqrt(count));
	});

	it('has neighbours that do not correlate', () => {
		const noise = gaussianNoise(99, 0, 100_001);
		for (const lag of [1, 2, 4]) {
			const a = noise.subarray(0, noise.length - lag);
			expect(Math.abs(correlation(a, noise.subarray(lag)))).toBeLessThan(0.012);
		}
	});

	it.each([-1, 0.5, 2 ** 32, Number.NaN])('refuses the seed %d', (seed) => {
		expect(errorOf(() => gaussianNoise(seed, 0, 4))).toSatisfy((e) =>
			isLuxError(e, 'request-invalid')
		);
	});
});

/** Computed once by a separate Python implementation of the mapping. */
const FIRST_OF_SEED_0 = ['0.991138', '-0.924663', '-0.617609', '-0.482069'];

function errorOf(run: () => unknown): unknown {
	try {
		run();
	} catch (error) {
		return error;
	}
	return undefined;
}

function correlation(a: Float32Array, b: Float32Array): number {
	let [ab, aa, bb] = [0, 0, 0];
	for (let i = 0; i < a.length; i++) {
		ab += a[i]! * b[i]!;
		aa += a[i]! ** 2;
		bb += b[i]! ** 2;
	}
	return ab / Math.sqrt(aa * bb);
}

/** Normal distribution function by Abramowitz and Stegun 7.1.26, error below 1.5e-7. */
function normalCdf(x: number): number {
	const z = Math.abs(x) / Math.SQRT2;
	const t = 1 / (1 + 0.3275911 * z);
	const poly =
		t *
		(0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
	const erf = 1 - poly * Math.exp(-z * z);
	return x >= 0 ? (1 + erf) / 2 : (1 - erf) / 2;
}
