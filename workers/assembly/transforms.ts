/**
 * What happens to a weight between a publisher's file and a pack. Names and meanings as in PyTorch. Wrong shapes throw a
 * RangeError: recipes are checked against the checkpoint before anything is calculated.
 */
import { countElements } from './checkpoint';
import { gatherStrided } from './strides';
import type { FloatTensor } from './tensor';

/** @param order `order[i]` is the axis that becomes axis i. */
export function transpose({ shape, values }: FloatTensor, order: readonly number[]): FloatTensor {
	if (!isPermutation(order, shape.length)) throw new RangeError(`order ${order} of ${shape}`);
	const steps = stepsOf(shape);
	const turned = order.map((axis) => shape[axis]!);
	const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
	const gathered = gatherStrided(
		bytes,
		4,
		turned,
		order.map((axis) => steps[axis]!)
	);
	return { shape: turned, values: new Float32Array(gathered.buffer) };
}

/** The same values in another shape. */
export function reshape({ shape, values }: FloatTensor, to: readonly number[]): FloatTensor {
	if (countElements(to) !== values.length) throw new RangeError(`${shape} as ${to}`);
	return { shape: to, values };
}

/** Tensors one after the other along an axis; all other sizes are the same. */
export function concatenate(tensors: readonly FloatTensor[], axis: number): FloatTensor {
	const [first] = tensors;
	if (!first || axis >= first.shape.length) throw new RangeError(`axis ${axis}`);
	const fits = ({ shape }: FloatTensor) =>
		shape.length === first.shape.length &&
		shape.every((size, i) => i === axis || size === first.shape[i]);
	if (!tensors.every(fits)) throw new RangeError('shapes that do not fit');
	const joined = tensors.reduce((sum, { shape }) => sum + shape[axis]!, 0);
	const shape = first.shape.map((size, i) => (i === axis ? joined : size));
	const inner = countElements(shape.slice(axis + 1));
	const outer = countElements(shape.slice(0, axis));
	const values = new Float32Array(countElements(shape));
	let start = 0;
	for (const tensor of tensors) {
		const run = tensor.shape[axis]! * inner;
		for (let row = 0; row < outer; row++)
			values.set(tensor.values.subarray(row * run, (row + 1) * run), row * joined * inner + start);
		start += run;
	}
	return { shape, values };
}

/** Indices `start` to before `end` of an axis. */
export function slice(
	{ shape, values }: FloatTensor,
	axis: number,
	start: number,
	end: number
): FloatTensor {
	const size = shape[axis];
	if (size === undefined || !(start >= 0 && start < end && end <= size))
		throw new RangeError(`${start} to ${end} of axis ${axis} of ${shape}`);
	const inner = countElements(shape.slice(axis + 1));
	const outer = countElements(shape.slice(0, axis));
	const run = (end - start) * inner;
	const part = new Float32Array(outer * run);
	for (let row = 0; row < outer; row++) {
		const from = (row * size + start) * inner;
		part.set(values.subarray(from, from + run), row * run);
	}
	return { shape: shape.map((s, i) => (i === axis ? end - start : s)), values: part };
}

export function scale({ shape, values }: FloatTensor, factor: number): FloatTensor {
	return { shape, values: values.map((value) => value * factor) };
}

/**
 * `W + factor * up @ down`: the update of a low-rank adapter put into the weight it was trained for. Sums in float64 in the
 * order of the rank, rounded once, so the result is the same everywhere.
 *
 * @param weight `[out, in]` or `[out, in, kh, kw]`.
 * @param up `[out, rank]` or `[out, rank, 1, 1]`.
 * @param down `[rank, in]` or `[rank, in, kh, kw]`.
 */
export function mergeLora(
	weight: FloatTensor,
	up: FloatTensor,
	down: FloatTensor,
	factor: number
): FloatTensor {
	const { shape } = weight;
	const [out = 0] = shape;
	const rank = down.shape[0] ?? 0;
	const inner = countElements(shape.slice(1));
	const fits =
		shape.length >= 2 &&
		up.shape[0] === out &&
		up.values.length === out * rank &&
		down.shape.length === shape.length &&
		down.shape.slice(1).every((size, i) => size === shape[i + 1]);
	if (!fits) throw new RangeError(`${shape} + ${up.shape} @ ${down.shape}`);
	const values = new Float32Array(weight.values.length);
	const sums = new Float64Array(inner);
	for (let row = 0; row < out; row++) {
		sums.fill(0);
		for (let r = 0; r < rank; r++) {
			const share = up.values[row * rank + r]!;
			const from = r * inner;
			for (let i = 0; i < inner; i++) sums[i]! += share * down.values[from + i]!;
		}
		const to = row * inner;
		for (let i = 0; i < inner; i++) values[to + i] = weight.values[to + i]! + factor * sums[i]!;
	}
	return { shape, values };
}

/** Elements from one index of an axis to the next, row by row. */
function stepsOf(shape: readonly number[]): number[] {
	return shape.map((_, axis) => countElements(shape.slice(axis + 1)));
}

function isPermutation(order: readonly number[], rank: number): boolean {
	return (
		order.length === rank &&
		new Set(order).size === rank &&
		order.every((axis) => axis >= 0 && axis < rank)
	);
}
