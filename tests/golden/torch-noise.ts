/**
 * The Gaussian numbers of `torch.manual_seed(seed); torch.randn(...)` on the CPU, needed to check LCM against the
 * sum that diffusers publishes. Test code only: the app has its own generator (workers/engine/rng.ts).
 */

const SIZE = 624;
const SHIFT = 397;

/** Mersenne Twister MT19937 (Matsumoto and Nishimura 1998). @returns a function giving the next 32-bit word. */
export function mersenneTwister(seed: number): () => number {
	const state = new Uint32Array(SIZE);
	state[0] = seed;
	for (let i = 1; i < SIZE; i++) {
		const previous = state[i - 1]! ^ (state[i - 1]! >>> 30);
		state[i] = Math.imul(1812433253, previous) + i;
	}
	let at = SIZE;
	return () => {
		if (at === SIZE) {
			for (let i = 0; i < SIZE; i++) {
				const joined = (state[i]! & 0x80000000) | (state[(i + 1) % SIZE]! & 0x7fffffff);
				const twist = joined & 1 ? 0x9908b0df : 0;
				state[i] = state[(i + SHIFT) % SIZE]! ^ (joined >>> 1) ^ twist;
			}
			at = 0;
		}
		let word = state[at++]!;
		word ^= word >>> 11;
		word ^= (word << 7) & 0x9d2c5680;
		word ^= (word << 15) & 0xefc60000;
		return (word ^ (word >>> 18)) >>> 0;
	};
}

/** PyTorch's fill for float tensors of 16 elements or more, in blocks of 16; `length` must be a multiple of 16. */
export function torchNormal(next: () => number, length: number): Float32Array {
	const out = Float32Array.from({ length }, () => (next() & 0xffffff) / 2 ** 24);
	for (let block = 0; block < length; block += 16) {
		for (let i = block; i < block + 8; i++) {
			const radius = Math.sqrt(-2 * Math.log(1 - out[i]!));
			const angle = 2 * Math.PI * out[i + 8]!;
			out[i] = radius * Math.cos(angle);
			out[i + 8] = radius * Math.sin(angle);
		}
	}
	return out;
}
