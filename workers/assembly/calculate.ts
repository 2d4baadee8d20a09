/** One weight of a recipe: published tensors in, bytes of the pack out. */
import type { OutputPart, RecipeStep, RecipeWeight } from '$lib/contract/assembly-recipe';
import { LuxError } from '$lib/contract/errors';
import type { RawTensor } from './checkpoint';
import { quantiseBlocks, quantiseChannels } from './quantise';
import { fromFloats, isFinite32, toFloats, type FloatTensor } from './tensor';
import { concatenate, mergeLora, reshape, scale, slice, transpose } from './transforms';

export type Parts = ReadonlyMap<OutputPart, Uint8Array<ArrayBuffer>>;

/**
 * @param inputs In the recipe's order; shapes as the recipe says. Emptied as they are used, so that the tensors of a
 *   large weight are not all held to the end.
 * @param file For error messages.
 * @throws LuxError `checkpoint-tensor-wrong` for numbers that are not finite, or not any more in half precision.
 */
export function calculate(weight: RecipeWeight, inputs: RawTensor[], file: string): Parts {
	const { encoding } = weight;
	if (encoding.kind === 'copy') return new Map([['values', inputs.pop()!.bytes]]);
	const tensors: FloatTensor[] = [];
	for (const { steps } of weight.inputs)
		tensors.push(steps.reduce(applyStep, toFloats(inputs.shift()!)));
	const tensor = weight.steps.reduce(applyStep, combineAll(weight, tensors));
	const wrong = (problem: 'not-finite' | 'out-of-range') =>
		new LuxError('checkpoint-tensor-wrong', { file, tensor: weight.inputs[0]!.tensor, problem });
	if (!isFinite32(tensor.values)) throw wrong('not-finite');
	/** Half precision ends at 65504: what was finite must stay so. */
	const narrow = (values: Float32Array<ArrayBuffer>, dtype: 'F32' | 'F16') => {
		const bytes = fromFloats(values, dtype);
		if (dtype === 'F16' && hasInfiniteHalf(bytes)) throw wrong('out-of-range');
		return bytes;
	};
	if (encoding.kind === 'cast') return new Map([['values', narrow(tensor.values, encoding.dtype)]]);
	if (encoding.kind === 'int8') {
		const { codes, scales } = quantiseChannels(tensor, encoding.axis);
		return new Map([
			['codes', new Uint8Array(codes.buffer)],
			['scales', narrow(scales, encoding.scales)]
		]);
	}
	const { codes, scales, zeroPoints } = quantiseBlocks(tensor, encoding.block, encoding.symmetric);
	const parts = new Map<OutputPart, Uint8Array<ArrayBuffer>>([
		['codes', codes],
		['scales', narrow(scales, encoding.scales)]
	]);
	if (zeroPoints) parts.set('zeroPoints', zeroPoints);
	return parts;
}

function combineAll({ combine }: RecipeWeight, tensors: FloatTensor[]): FloatTensor {
	const [first, ...adapters] = tensors as [FloatTensor, ...FloatTensor[]];
	if (!combine) return first;
	if (combine.kind === 'concatenate') return concatenate(tensors, combine.axis);
	const each = combine.alphas ? 3 : 2;
	return combine.factors.reduce((merged, factor, i) => {
		const [up, down, alpha] = adapters.slice(each * i, each * (i + 1));
		const share = combine.alphas ? alpha!.values[0]! / down!.shape[0]! : 1;
		return mergeLora(merged, up!, down!, factor * share);
	}, first);
}

function applyStep(tensor: FloatTensor, step: RecipeStep): FloatTensor {
	switch (step.kind) {
		case 'transpose':
			return transpose(tensor, step.order);
		case 'reshape':
			return reshape(tensor, step.shape);
		case 'slice':
			return slice(tensor, step.axis, step.start, step.end);
		case 'scale':
			return scale(tensor, step.factor);
	}
}

function hasInfiniteHalf(bytes: Uint8Array<ArrayBuffer>): boolean {
	return new Uint16Array(bytes.buffer).some((half) => (half & 0x7fff) === 0x7c00);
}
