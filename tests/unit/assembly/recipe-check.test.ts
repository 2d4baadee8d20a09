import type { AssemblyRecipe } from '$lib/contract/assembly-recipe';
import { toWireError } from '$lib/contract/errors';
import { memoryReader } from '$workers/assembly/bytes';
import { parseRecipe, requireCheckpoint, requireGraph } from '$workers/assembly/recipe-check';
import { openSafetensors } from '$workers/assembly/safetensors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SOURCES, toyPack } from './toy-pack';

/** The message's code and what it says. */
function refusal(task: () => unknown): string {
	try {
		task();
	} catch (error) {
		const wire = toWireError(error);
		if (wire.code === 'assembly-recipe-invalid') return wire.params.detail;
		if (wire.code === 'checkpoint-tensor-wrong')
			return `${wire.params.tensor}: ${wire.params.problem}`;
		throw error;
	}
	return 'accepted';
}
const changed = (change: (recipe: AssemblyRecipe) => unknown) => {
	const { recipe } = toyPack();
	change(recipe);
	return refusal(() => parseRecipe(JSON.stringify(recipe)));
};
const weight = (recipe: AssemblyRecipe, initializer: string) =>
	recipe.weights.find(({ outputs }) => outputs[0]!.initializer === initializer)!;

const copy = (recipe: AssemblyRecipe, source: string, file: string) =>
	(recipe.copies = [{ source, file }]);
/** With a whole source as long as its first file. */
const whole = (recipe: AssemblyRecipe) => {
	const [file] = recipe.files;
	const source = { ...recipe.sources[0]!, id: 'whole', bytes: file!.bytes, unused: [] };
	recipe.sources.push({ ...source, format: 'whole' });
	return recipe;
};

describe('a recipe', () => {
	it('that fits is accepted as it is', () => {
		const { recipe } = toyPack();
		expect(parseRecipe(JSON.stringify(recipe))).toEqual(recipe);
	});

	it.each<[string, (recipe: AssemblyRecipe) => unknown, RegExp]>([
		['of another version', (r) => ((r.formatVersion as number) = 2), /formatVersion/],
		['with an unknown field', (r) => ((r as { extra?: number }).extra = 1), /extra/],
		['that names a branch', (r) => (r.sources[0]!.revision = 'main'), /revision/],
		['that leaves the repository', (r) => (r.sources[0]!.path = '../x'), /path/],
		['that writes outside', (r) => (r.files[0]!.path = '/x'), /path/],
		['with a source twice', (r) => r.sources.push(r.sources[0]!), /listed twice/],
		['with a file twice', (r) => r.files.push(r.files[0]!), /listed twice/],
		['with a file too large', (r) => (r.files[0]!.bytes = 2 ** 30 + 1), /larger than/],
		['that copies what has tensors', (r) => copy(r, 'unet', r.files[0]!.path), /no whole source/],
		['that copies over weights', (r) => copy(whole(r), 'whole', r.files[0]!.path), /has weights/],
		['that copies to no file', (r) => copy(whole(r), 'whole', 'x.onnx'), /not as long/],
		[
			'that reads tensors of a whole file',
			(r) => (r.sources.find(({ id }) => id === 'lora')!.format = 'whole'),
			/lora has no tensors/
		],
		['with a source unknown', (r) => (r.weights[0]!.inputs[0]!.source = 'x'), /no source x/],
		[
			'with a source too many',
			(r) => r.sources.push({ ...r.sources[0]!, id: 'more' }),
			/more is not used/
		],
		[
			'that fills twice',
			(r) => (weight(r, 'ids').outputs[0]!.initializer = 'k_ip'),
			/k_ip is filled twice/
		],
		[
			'with a part left over',
			(r) => weight(r, 'conv.int8').outputs.pop(),
			/scales of conv.int8 go nowhere/
		],
		[
			'with a part that is none',
			(r) => (weight(r, 'ids').outputs[0]!.part = 'codes'),
			/codes are no bytes/
		],
		['with a wrong length', (r) => (weight(r, 'linear').inputs[0]!.shape[1] = 5), /do not fit/],
		['with a gap', (r) => (weight(r, 'linear').outputs[0]!.offset += 64), /linear should start at/],
		['with an overlap', (r) => (weight(r, 'ids').outputs[0]!.offset -= 64), /should start at/],
		[
			'with an end that nothing fills',
			(r) => (r.files[0]!.bytes += 1),
			/1 bytes that nothing fills/
		],
		['with a file too short', (r) => (r.files[0]!.bytes -= 1), /does not fit/],
		[
			'that copies and changes',
			(r) => weight(r, 'ids').steps.push({ kind: 'scale', factor: 2 }),
			/copied and changed/
		],
		[
			'with a turn that is none',
			(r) => (weight(r, 'k_ip').steps = [{ kind: 'transpose', order: [0, 0] }]),
			/transpose/
		],
		[
			'with a shape that does not fit',
			(r) => (weight(r, 'norm').steps = [{ kind: 'reshape', shape: [4] }]),
			/reshape/
		],
		[
			'with a slice outside',
			(r) => (weight(r, 'norm').inputs[1]!.steps = [{ kind: 'slice', axis: 0, start: 0, end: 8 }]),
			/slice/
		],
		['with two tensors and no word how', (r) => (weight(r, 'norm').combine = null), /do not fit/],
		['with an adapter too few', (r) => weight(r, 'linear').inputs.pop(), /do not fit/],
		[
			'with channels that are not there',
			(r) => (weight(r, 'conv.int8').encoding = { kind: 'int8', axis: 7, scales: 'F32' }),
			/axis 7/
		],
		[
			'with blocks of no matrix',
			(r) =>
				(weight(r, 'conv.int8').encoding = {
					kind: 'int4',
					block: 32,
					symmetric: true,
					scales: 'F32'
				}),
			/no matrix/
		]
	])('%s is refused', (_, change, message) => {
		expect(changed(change)).toMatch(message);
	});

	it('of any text is refused with its code', () => {
		fc.assert(
			fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
				expect(refusal(() => parseRecipe(text))).not.toBe('accepted');
			})
		);
	});
});

describe('nothing is left over', () => {
	const { recipe, needs } = toyPack();
	const source = recipe.sources[0]!;

	it('between graph and recipe', () => {
		expect(refusal(() => requireGraph(recipe, needs))).toBe('accepted');
		const more = new Map([...needs, ['extra', 4] as const]);
		expect(refusal(() => requireGraph(recipe, more))).toBe('extra needs 4 bytes and gets none');
		const fewer = new Map([...needs].slice(1));
		expect(refusal(() => requireGraph(recipe, fewer))).toBe('no graph asks for k_ip');
		const other = new Map([...needs, ['ids', 20] as const]);
		expect(refusal(() => requireGraph(recipe, other))).toMatch(/ids needs 20 bytes and gets 24/);
	});

	it.each<[string, (r: AssemblyRecipe) => unknown, string]>([
		['as it is', () => undefined, 'accepted'],
		[
			'a tensor that the file lacks',
			(r) => (weight(r, 'ids').inputs[0]!.tensor = 'x'),
			'x: missing'
		],
		['an unused one that it lacks', (r) => r.sources[0]!.unused.push('x'), 'x: missing'],
		['another shape', (r) => (weight(r, 'ids').inputs[0]!.shape = [4]), 'ids: shape'],
		['another type', (r) => (weight(r, 'ids').inputs[0]!.dtype = 'F32'), 'ids: dtype'],
		['a tensor that nobody wants', (r) => (r.sources[0]!.unused = []), 'spare: left-over']
	])('between recipe and checkpoint: %s', async (_, change, expected) => {
		const checkpoint = await openSafetensors(memoryReader('x', SOURCES.unet));
		const other = structuredClone(recipe);
		change(other);
		const described = { ...source, unused: other.sources[0]!.unused };
		expect(refusal(() => requireCheckpoint(other, described, checkpoint))).toBe(expected);
	});
});
