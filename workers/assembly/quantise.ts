/**
 * Weights as small whole numbers with scales. Both layouts are bit for bit those of the reference: int8 per channel of
 * `models/forge/forge/pack/quantise.py`, int4 in blocks of ONNX Runtime's quantiser for `com.microsoft::MatMulNBits`.
 */
import { countElements } from './checkpoint';
import type { FloatTensor } from './tensor';

const INT8_LEVELS = 127;
const INT4_LEVELS = 15;
const INT4_MIDDLE = 8;

export interface ChannelCodes {
	/** int8, in the weight's own shape. */
	readonly codes: Int8Array<ArrayBuffer>;
	/** One a channel: weight is about code * scale. */
	readonly scales: Float32Array<ArrayBuffer>;
}

/** Symmetric int8 with one scale for every index of `axis`. */
export function quantiseChannels({ shape, values }: FloatTensor, axis: number): ChannelCodes {
	const channels = shape[axis];
	if (channels === undefined) throw new RangeError(`axis ${axis} of ${shape}`);
	const inner = countElements(shape.slice(axis + 1));
	const scales = new Float32Array(channels);
	for (let i = 0; i < values.length; i++) {
		const channel = Math.floor(i / inner) % channels;
		const size = Math.abs(values[i]!);
		if (size > scales[channel]!) scales[channel] = size;
	}
	// Stored into float32 after every operation: that is the reference's arithmetic.
	for (let channel = 0; channel < channels; channel++)
		scales[channel] = Math.fround(scales[channel]! / INT8_LEVELS) || 1;
	const codes = new Int8Array(values.length);
	for (let i = 0; i < values.length; i++) {
		const share = Math.fround(values[i]! / scales[Math.floor(i / inner) % channels]!);
		codes[i] = Math.max(-INT8_LEVELS, Math.min(INT8_LEVELS, roundToEven(share)));
	}
	return { codes, scales };
}

export interface BlockCodes {
	/** `[N, blocks, block / 2]`, two codes a byte, the earlier one in the lower half. */
	readonly codes: Uint8Array<ArrayBuffer>;
	/** `[N, blocks]`: weight is about (code - zero point) * scale. */
	readonly scales: Float32Array<ArrayBuffer>;
	/** `[N, ceil(blocks / 2)]`, packed like the codes; null where every zero point is 8. */
	readonly zeroPoints: Uint8Array<ArrayBuffer> | null;
}

/**
 * int4 in blocks along the input axis.
 *
 * @param weight `[N, K]` as a PyTorch Linear keeps it: the transpose of a MatMul's weight.
 * @param block Codes that share a scale: a power of two, 16 at least.
 */
export function quantiseBlocks(
	{ shape, values }: FloatTensor,
	block: number,
	symmetric: boolean
): BlockCodes {
	const [n = 0, k = 0] = shape;
	if (shape.length !== 2 || block < 16 || (block & (block - 1)) !== 0)
		throw new RangeError(`blocks of ${block} of ${shape}`);
	const blocks = Math.ceil(k / block);
	const codes = new Uint8Array(n * blocks * (block / 2));
	const scales = new Float32Array(n * blocks);
	const zeroBytes = Math.ceil(blocks / 2);
	// An odd number of blocks leaves half a byte, which the reference fills with the middle.
	const zeroPoints = symmetric
		? null
		: Uint8Array.from({ length: n * zeroBytes }, (_, i) =>
				blocks % 2 === 1 && (i + 1) % zeroBytes === 0 ? INT4_MIDDLE << 4 : 0
			);
	for (let row = 0; row < n; row++)
		for (let index = 0; index < blocks; index++) {
			const start = row * k + index * block;
			const length = Math.min(block, k - index * block);
			const { scale, zero } = symmetric
				? symmetricRange(values, start, length)
				: asymmetricRange(values, start, length);
			const at = row * blocks + index;
			scales[at] = scale;
			if (zeroPoints) zeroPoints[row * zeroBytes + (index >> 1)]! |= zero << (4 * (index & 1));
			packBlock(values, start, length, scale, zero, codes, at * (block / 2));
		}
	return { codes, scales, zeroPoints };
}

interface Range {
	scale: number;
	zero: number;
}

/** The value furthest from zero becomes code 0, which reaches one step further than code 15. */
function symmetricRange(values: Float32Array, start: number, length: number): Range {
	let extreme = 0;
	for (let i = start; i < start + length; i++)
		if (Math.abs(values[i]!) > Math.abs(extreme)) extreme = values[i]!;
	return { scale: Math.fround(extreme / -INT4_MIDDLE), zero: INT4_MIDDLE };
}

function asymmetricRange(values: Float32Array, start: number, length: number): Range {
	let low = 0;
	let high = 0;
	for (let i = start; i < start + length; i++) {
		low = Math.min(low, values[i]!);
		high = Math.max(high, values[i]!);
	}
	const scale = Math.fround(Math.fround(high - low) / INT4_LEVELS);
	const zero = scale === 0 ? 0 : clampCode(roundAway(Math.fround(-low / scale)));
	return { scale, zero };
}

/** @param target Zeros from `at` on. Codes behind the last weight of a row stay zero: they multiply nothing. */
function packBlock(
	values: Float32Array,
	start: number,
	length: number,
	scale: number,
	zero: number,
	target: Uint8Array,
	at: number
): void {
	const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
	for (let i = 0; i < length; i++) {
		const code = clampCode(
			roundAway(Math.fround(Math.fround(values[start + i]! * inverse) + zero))
		);
		target[at + (i >> 1)]! |= code << (4 * (i & 1));
	}
}

function clampCode(value: number): number {
	return Math.max(0, Math.min(INT4_LEVELS, value));
}

/** C's roundf: halves go away from zero. */
function roundAway(value: number): number {
	return Math.sign(value) * Math.floor(Math.abs(value) + 0.5);
}

/** numpy's rint: halves go to the even neighbour. */
function roundToEven(value: number): number {
	const floor = Math.floor(value);
	const rest = value - floor;
	return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}
