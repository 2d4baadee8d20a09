/**
 * Proves that a recipe fits: with itself, with the graphs it fills, and with the files it reads. Nothing may be left over on
 * either side. All of it is done before the first weight is calculated.
 */
import {
	assemblyRecipeSchema,
	MAX_FILE_BYTES,
	OUTPUT_ALIGNMENT,
	type AssemblyRecipe,
	type RecipeSource
} from '$lib/contract/assembly-recipe';
import { LuxError } from '$lib/contract/errors';
import * as v from 'valibot';
import type { Checkpoint } from './checkpoint';
import { invalid, nameOf, partBytes } from './recipe-shapes';

/** What a graph without weights expects: the bytes of each external initializer. */
export type GraphNeeds = ReadonlyMap<string, number>;

/** @throws LuxError `assembly-recipe-invalid` */
export function parseRecipe(text: string): AssemblyRecipe {
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		throw invalid('not JSON');
	}
	const parsed = v.safeParse(assemblyRecipeSchema, json);
	if (!parsed.success) {
		const [issue] = parsed.issues;
		throw invalid(`${v.getDotPath(issue) ?? 'recipe'}: ${issue.message}`);
	}
	requireConsistent(parsed.output);
	return parsed.output;
}

function requireConsistent(recipe: AssemblyRecipe): void {
	const sources = new Map(recipe.sources.map((source) => [source.id, source]));
	if (sources.size !== recipe.sources.length) throw invalid('a source is listed twice');
	const files = new Map(recipe.files.map((file) => [file.path, file]));
	if (files.size !== recipe.files.length) throw invalid('a file is listed twice');
	for (const { path, bytes } of recipe.files)
		if (bytes > MAX_FILE_BYTES) throw invalid(`${path} is larger than a file may be`);
	const initializers = new Set<string>();
	const used = new Set<string>();
	for (const weight of recipe.weights) {
		for (const { source } of weight.inputs) {
			if (!sources.has(source)) throw invalid(`there is no source ${source}`);
			if (sources.get(source)!.format === 'whole') throw invalid(`source ${source} has no tensors`);
			used.add(source);
		}
		const parts = partBytes(weight);
		for (const { initializer, part, bytes, file, offset } of weight.outputs) {
			if (initializers.has(initializer)) throw invalid(`${initializer} is filled twice`);
			initializers.add(initializer);
			if (parts.get(part) !== bytes)
				throw invalid(`${initializer}: ${part} are ${parts.get(part) ?? 'no'} bytes, not ${bytes}`);
			parts.delete(part);
			const target = files.get(file);
			if (!target || offset + bytes > target.bytes)
				throw invalid(`${initializer} does not fit ${file}`);
		}
		if (parts.size > 0)
			throw invalid(`${[...parts.keys()].join()} of ${nameOf(weight)} go nowhere`);
	}
	const copied = new Set<string>();
	for (const { source: id, file } of recipe.copies ?? []) {
		const source = sources.get(id);
		if (source?.format !== 'whole') throw invalid(`there is no whole source ${id}`);
		if (copied.has(file)) throw invalid(`${file} is copied twice`);
		if (files.get(file)?.bytes !== source.bytes) throw invalid(`${file} is not as long as ${id}`);
		used.add(id);
		copied.add(file);
	}
	for (const id of sources.keys()) if (!used.has(id)) throw invalid(`source ${id} is not used`);
	for (const file of recipe.files) requireFilled(recipe, file, copied.has(file.path));
}

/** Every byte of a file belongs to one initializer, or to the gap before the next multiple of 64; or all of it to a copy. */
function requireFilled(
	recipe: AssemblyRecipe,
	{ path, bytes }: { path: string; bytes: number },
	copied: boolean
): void {
	let end = 0;
	const outputs = recipe.weights
		.flatMap((weight) => weight.outputs)
		.filter(({ file }) => file === path);
	if (copied) {
		if (outputs.length > 0) throw invalid(`${path} is a copy and has weights`);
		return;
	}
	for (const output of outputs.sort((a, b) => a.offset - b.offset)) {
		if (output.offset !== alignUp(end))
			throw invalid(`${output.initializer} should start at ${alignUp(end)} of ${path}`);
		end = output.offset + output.bytes;
	}
	if (end !== bytes) throw invalid(`${path} has ${bytes - end} bytes that nothing fills`);
}

/** @throws LuxError `assembly-recipe-invalid` when an initializer has no weight, or a weight no initializer. */
export function requireGraph(recipe: AssemblyRecipe, needs: GraphNeeds): void {
	const given = new Map(
		recipe.weights.flatMap(({ outputs }) =>
			outputs.map(({ initializer, bytes }) => [initializer, bytes])
		)
	);
	for (const [initializer, bytes] of needs)
		if (given.get(initializer) !== bytes)
			throw invalid(
				`${initializer} needs ${bytes} bytes and gets ${given.get(initializer) ?? 'none'}`
			);
	for (const initializer of given.keys())
		if (!needs.has(initializer)) throw invalid(`no graph asks for ${initializer}`);
}

/**
 * @throws LuxError `checkpoint-tensor-wrong` when a tensor is missing, is another than the recipe was made for, or is
 *   neither used nor named as unused.
 */
export function requireCheckpoint(
	recipe: AssemblyRecipe,
	source: RecipeSource,
	checkpoint: Checkpoint
): void {
	const wrong = (tensor: string, problem: 'missing' | 'shape' | 'dtype' | 'left-over') =>
		new LuxError('checkpoint-tensor-wrong', { file: source.path, tensor, problem });
	const known = new Set(source.unused);
	for (const tensor of source.unused)
		if (!checkpoint.tensors.has(tensor)) throw wrong(tensor, 'missing');
	for (const { inputs } of recipe.weights)
		for (const { source: id, tensor, dtype, shape } of inputs) {
			if (id !== source.id) continue;
			const found = checkpoint.tensors.get(tensor);
			if (!found) throw wrong(tensor, 'missing');
			if (found.dtype !== dtype) throw wrong(tensor, 'dtype');
			if (found.shape.join() !== shape.join()) throw wrong(tensor, 'shape');
			known.add(tensor);
		}
	for (const tensor of checkpoint.tensors.keys())
		if (!known.has(tensor)) throw wrong(tensor, 'left-over');
}

export function alignUp(offset: number): number {
	return Math.ceil(offset / OUTPUT_ALIGNMENT) * OUTPUT_ALIGNMENT;
}
