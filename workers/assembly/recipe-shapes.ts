/** What the weights of a recipe become, from the published shapes alone. */
import type {
	OutputPart,
	RecipeInput,
	RecipeStep,
	RecipeWeight
} from '$lib/contract/assembly-recipe';
import { LuxError } from '$lib/contract/errors';
import { countElements, DTYPE_BYTES } from './checkpoint';

/** Bytes that each part of a weight's encoding has, from the published shapes alone. */
export function partBytes(weight: RecipeWeight): Map<OutputPart, number> {
	const { encoding, inputs } = weight;
	const [first] = inputs as [RecipeInput];
	if (encoding.kind === 'copy') {
		if (inputs.length > 1 || weight.combine || weight.steps.length || first.steps.length)
			throw invalid(`${nameOf(weight)} is copied and changed`);
		return new Map<OutputPart, number>([
			['values', countElements(first.shape) * DTYPE_BYTES[first.dtype]]
		]);
	}
	const shape = weight.steps.reduce(
		(from, step) => afterStep(from, step, weight),
		combinedShape(weight)
	);
	const elements = countElements(shape);
	if (!Number.isSafeInteger(elements * 4)) throw invalid(`${nameOf(weight)} is too large`);
	if (encoding.kind === 'cast')
		return new Map<OutputPart, number>([['values', elements * DTYPE_BYTES[encoding.dtype]]]);
	const scaleBytes = DTYPE_BYTES[encoding.scales];
	if (encoding.kind === 'int8') {
		const channels = shape[encoding.axis];
		if (channels === undefined) throw invalid(`${nameOf(weight)} has no axis ${encoding.axis}`);
		return new Map<OutputPart, number>([
			['codes', elements],
			['scales', channels * scaleBytes]
		]);
	}
	const [n, k] = shape;
	if (shape.length !== 2 || n === undefined || k === undefined)
		throw invalid(`${nameOf(weight)} is no matrix`);
	const blocks = Math.ceil(k / encoding.block);
	const parts = new Map<OutputPart, number>([
		['codes', (n * blocks * encoding.block) / 2],
		['scales', n * blocks * scaleBytes]
	]);
	if (!encoding.symmetric) parts.set('zeroPoints', n * Math.ceil(blocks / 2));
	return parts;
}

function combinedShape(weight: RecipeWeight): readonly number[] {
	const { combine, inputs } = weight;
	const shapes = inputs.map(({ shape, steps }) =>
		steps.reduce<readonly number[]>((from, step) => afterStep(from, step, weight), shape)
	);
	const [first = [], ...others] = shapes;
	const wrong = () => invalid(`the tensors of ${nameOf(weight)} do not fit each other`);
	if (!combine) {
		if (others.length > 0) throw wrong();
		return first;
	}
	if (combine.kind === 'concatenate') {
		const { axis } = combine;
		const fits = (shape: readonly number[]) =>
			shape.length === first.length && shape.every((size, i) => i === axis || size === first[i]);
		if (axis >= first.length || !others.every(fits)) throw wrong();
		return first.map((size, i) =>
			i === axis ? shapes.reduce((sum, s) => sum + s[axis]!, 0) : size
		);
	}
	const each = combine.alphas ? 3 : 2;
	if (others.length !== combine.factors.length * each || first.length < 2) throw wrong();
	for (let i = 0; i < others.length; i += each) {
		const [up = [], down = [], alpha] = others.slice(i);
		if (combine.alphas && countElements(alpha!) !== 1) throw wrong();
		const rank = down[0] ?? 0;
		const fits =
			up[0] === first[0] &&
			countElements(up) === first[0]! * rank &&
			down.length === first.length &&
			down.slice(1).every((size, axis) => size === first[axis + 1]);
		if (!fits) throw wrong();
	}
	return first;
}

function afterStep(
	shape: readonly number[],
	step: RecipeStep,
	weight: RecipeWeight
): readonly number[] {
	const wrong = () => invalid(`${step.kind} does not fit ${nameOf(weight)}`);
	switch (step.kind) {
		case 'scale':
			return shape;
		case 'reshape':
			if (countElements(step.shape) !== countElements(shape)) throw wrong();
			return step.shape;
		case 'transpose':
			if (
				step.order.length !== shape.length ||
				new Set(step.order).size !== shape.length ||
				step.order.some((axis) => axis >= shape.length)
			)
				throw wrong();
			return step.order.map((axis) => shape[axis]!);
		case 'slice':
			if (step.start >= step.end || step.end > (shape[step.axis] ?? 0)) throw wrong();
			return shape.map((size, axis) => (axis === step.axis ? step.end - step.start : size));
	}
}

/** How a weight is called in a message: its first initializer. */
export function nameOf({ outputs }: RecipeWeight): string {
	return outputs[0]!.initializer;
}

export function invalid(detail: string): LuxError<'assembly-recipe-invalid'> {
	return new LuxError('assembly-recipe-invalid', { detail });
}
