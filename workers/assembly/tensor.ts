/** Tensors to calculate with: float32 row by row. Checkpoints are read into them, packs written from them. */
import type { RawTensor } from './checkpoint';
import { countElements } from './checkpoint';
import {
	bfloatFromFloatBits,
	floatBitsFromBfloat,
	floatBitsFromHalf,
	halfFromFloatBits
} from '$workers/runtime/floats';

export interface FloatTensor {
	readonly shape: readonly number[];
	/** Row by row, as many as the shape says. */
	readonly values: Float32Array<ArrayBuffer>;
}

/** Element types that weights are written in. */
export type FloatDtype = 'F32' | 'F16' | 'BF16';

/**
 * Any element type to float32. Exact for all but I64 above 2^24, which no weight is.
 * An F32 tensor keeps its buffer: nothing is copied.
 */
export function toFloats({ dtype, shape, bytes }: RawTensor): FloatTensor {
	const { buffer, byteOffset, byteLength } = bytes;
	if (dtype === 'F32' && byteOffset % 4 === 0)
		return { shape, values: new Float32Array(buffer, byteOffset, byteLength / 4) };
	const aligned = byteOffset % 8 === 0 ? bytes : bytes.slice();
	const start = aligned.byteOffset;
	const count = countElements(shape);
	switch (dtype) {
		case 'F32':
			return { shape, values: new Float32Array(aligned.buffer, start, count) };
		case 'F16':
			return {
				shape,
				values: widen(new Uint16Array(aligned.buffer, start, count), floatBitsFromHalf)
			};
		case 'BF16':
			return {
				shape,
				values: widen(new Uint16Array(aligned.buffer, start, count), floatBitsFromBfloat)
			};
		case 'I64':
			return {
				shape,
				values: Float32Array.from(new BigInt64Array(aligned.buffer, start, count), Number)
			};
		case 'I8':
			return { shape, values: Float32Array.from(new Int8Array(aligned.buffer, start, count)) };
		case 'U8':
			return { shape, values: Float32Array.from(aligned) };
	}
}

/** @returns Bytes in the given type; those of F32 are the tensor's own. */
export function fromFloats(
	values: Float32Array<ArrayBuffer>,
	dtype: FloatDtype
): Uint8Array<ArrayBuffer> {
	if (dtype === 'F32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
	const narrow = dtype === 'F16' ? halfFromFloatBits : bfloatFromFloatBits;
	const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
	const cast = new Uint16Array(values.length);
	for (let i = 0; i < cast.length; i++) cast[i] = narrow(bits[i]!);
	return new Uint8Array(cast.buffer);
}

function widen(source: Uint16Array, float: (bits: number) => number): Float32Array<ArrayBuffer> {
	const bits = new Uint32Array(source.length);
	for (let i = 0; i < bits.length; i++) bits[i] = float(source[i]!);
	return new Float32Array(bits.buffer);
}

/** Whether every value is a number: one NaN or infinity would spoil a whole block of codes. */
export function isFinite32(values: Float32Array): boolean {
	for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) return false;
	return true;
}
