/** A checkpoint file that was understood: named tensors, each readable on its own. */
import type { CheckpointFault, Dtype } from '$lib/contract/checkpoint';
import { LuxError } from '$lib/contract/errors';

/** Bytes of one element. */
export const DTYPE_BYTES: Readonly<Record<Dtype, number>> = {
	F32: 4,
	F16: 2,
	BF16: 2,
	I64: 8,
	I8: 1,
	U8: 1
};

/** Axes a tensor may have. Weights have five at most; more is a way to make readers slow. */
export const MAX_RANK = 8;

export interface TensorInfo {
	readonly name: string;
	readonly dtype: Dtype;
	readonly shape: readonly number[];
	/** Where its bytes start in the file. */
	readonly offset: number;
	/** How many bytes of the file it spans from there: those of its elements, or more for a strided view. */
	readonly span: number;
	/** Step of each axis in elements, for a view that is not laid out row by row. */
	readonly strides?: readonly number[];
}

/** A tensor in memory, row by row, little-endian. */
export interface RawTensor {
	readonly dtype: Dtype;
	readonly shape: readonly number[];
	readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface Checkpoint {
	readonly tensors: ReadonlyMap<string, TensorInfo>;
	/** Reads one tensor, and no byte of any other. */
	read(tensor: TensorInfo, signal?: AbortSignal): Promise<RawTensor>;
}

/** Product of a shape; 1 for a scalar. */
export function countElements(shape: readonly number[]): number {
	return shape.reduce((product, size) => product * size, 1);
}

/**
 * Whether a shape can be one: whole numbers, few axes, and a product that is still exact.
 * A size of zero passes here; what it means is for the format to say.
 */
export function isShape(shape: unknown): shape is number[] {
	return (
		Array.isArray(shape) &&
		shape.length <= MAX_RANK &&
		shape.every((size) => Number.isSafeInteger(size) && size >= 0) &&
		Number.isSafeInteger(countElements(shape) * 8)
	);
}

export function unreadable(
	file: string,
	fault: CheckpointFault,
	cause?: unknown
): LuxError<'checkpoint-unreadable'> {
	return new LuxError('checkpoint-unreadable', { file, fault }, { cause });
}
