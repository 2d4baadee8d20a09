/**
 * Seeded noise: Philox4x32-10, a counter-based generator (Salmon, Moraes, Dror and Shaw 2011, "Parallel random
 * numbers: as easy as 1, 2, 3"). A number depends on seed, stream and position only, so any part of it
 * can be made again without the rest, and no state is kept anywhere.
 *
 * The mapping, fixed for good because saved recipes rely on it:
 *   key     = (seed, 0)                    seed: unsigned 32 bit
 *   counter = (block, 0, stream, 0)        block = floor(position / 4)
 *   words w0..w3 of a block give positions 4 * block + 0..3:
 *   u = (w + 0.5) / 2^32 in (0, 1)
 *   Box-Muller on (u0, u1) and (u2, u3): sqrt(-2 ln u0) * (cos, sin)(2 pi u1), computed in float64,
 *   rounded to float32.
 */
import { LuxError } from '$lib/contract/errors';

type Words = readonly [number, number, number, number];

/** Round multipliers and key increments of the paper (Weyl constants: golden ratio, sqrt(3) - 1). */
const MULTIPLIER = [0xd2511f53, 0xcd9e8d57] as const;
const KEY_STEP = [0x9e3779b9, 0xbb67ae85] as const;
const ROUNDS = 10;
const WORD = 2 ** 32;

/** Which numbers are drawn: the first latents, or what a stochastic sampler adds after step `index`. */
export const NOISE_STREAM = {
	initialLatents: 0,
	step: (index: number): number => 1 + index,
	/** The second pass over the face: its first latents, and what is added after its steps; far from those of the first pass. */
	detail: 0x40000000,
	detailStep: (index: number): number => 0x40000001 + index,
	/** The same of the third pass. */
	closer: 0x60000000,
	closerStep: (index: number): number => 0x60000001 + index,
	/** The same of the pass over the clothes. */
	clothes: 0x70000000,
	clothesStep: (index: number): number => 0x70000001 + index,
	/** Uniform choices of the composer; far from any step. */
	composition: 0x80000000
} as const;

/** One block of the generator: 4 random words from a counter and a key, all unsigned 32 bit. */
export function philox4x32(counter: Words, key: readonly [number, number]): Words {
	let [c0, c1, c2, c3] = counter;
	let [k0, k1] = key;
	for (let round = 0; round < ROUNDS; round++) {
		const high0 = multiplyHigh(MULTIPLIER[0], c0);
		const low0 = Math.imul(MULTIPLIER[0], c0);
		const high1 = multiplyHigh(MULTIPLIER[1], c2);
		const low1 = Math.imul(MULTIPLIER[1], c2);
		c0 = (high1 ^ c1 ^ k0) >>> 0;
		c1 = low1 >>> 0;
		c2 = (high0 ^ c3 ^ k1) >>> 0;
		c3 = low0 >>> 0;
		k0 = (k0 + KEY_STEP[0]) >>> 0;
		k1 = (k1 + KEY_STEP[1]) >>> 0;
	}
	return [c0, c1, c2, c3];
}

/** Upper 32 bits of a 32 x 32 bit product; doubles hold 53 bits, so one factor goes in two halves. */
function multiplyHigh(a: number, b: number): number {
	const lower = (a & 0xffff) * b;
	const upper = (a >>> 16) * b;
	return Math.floor((upper + Math.floor(lower / 0x10000)) / 0x10000) >>> 0;
}

/**
 * Independent standard normal numbers.
 * @param seed unsigned 32-bit integer, the person's seed.
 * @param stream unsigned 32-bit integer, see NOISE_STREAM; different streams are independent.
 * @param length how many; a shorter draw is the beginning of a longer one.
 * @throws LuxError `request-invalid` for a seed or stream that is not an unsigned 32-bit integer.
 */
export function gaussianNoise(seed: number, stream: number, length: number): Float32Array {
	requireWord('seed', seed);
	requireWord('stream', stream);
	const out = new Float32Array(length);
	for (let block = 0; block * 4 < length; block++) {
		const [w0, w1, w2, w3] = philox4x32([block, 0, stream, 0], [seed, 0]);
		const first = boxMuller(w0, w1);
		const second = boxMuller(w2, w3);
		// Writes past the end of a typed array are ignored: the last block may be cut.
		out[block * 4] = first.cosine;
		out[block * 4 + 1] = first.sine;
		out[block * 4 + 2] = second.cosine;
		out[block * 4 + 3] = second.sine;
	}
	return out;
}

/**
 * Independent numbers in [0, 1), uniform in steps of 2^-24, which float32 holds exactly.
 * Arguments and errors are those of `gaussianNoise`.
 */
export function drawUniform(seed: number, stream: number, length: number): Float32Array {
	requireWord('seed', seed);
	requireWord('stream', stream);
	const out = new Float32Array(length);
	for (let block = 0; block * 4 < length; block++) {
		const words = philox4x32([block, 0, stream, 0], [seed, 0]);
		words.forEach((word, i) => (out[block * 4 + i] = (word >>> 8) / 2 ** 24));
	}
	return out;
}

function boxMuller(word0: number, word1: number): { cosine: number; sine: number } {
	const radius = Math.sqrt(-2 * Math.log((word0 + 0.5) / WORD));
	const angle = (2 * Math.PI * (word1 + 0.5)) / WORD;
	return { cosine: radius * Math.cos(angle), sine: radius * Math.sin(angle) };
}

function requireWord(what: string, value: number): void {
	if (Number.isInteger(value) && value >= 0 && value < WORD) return;
	throw new LuxError('request-invalid', {
		detail: `${what} ${value} is not an unsigned 32-bit integer`
	});
}
