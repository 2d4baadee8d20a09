/**
 * Schema of `recipe.json`: which tensors of which published files become which bytes of a pack. Made by machine, read by
 * `workers/assembly`. Unknown fields are refused. Whether the parts fit each other is checked there (`recipe-check.ts`).
 */
import * as v from 'valibot';
import { DTYPES } from './checkpoint';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const positive = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const finite = v.pipe(v.number(), v.finite());
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(512));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const id = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,63}$/));
/** Relative: no scheme, no leading slash, no parent segments, and nothing a URL would read otherwise. */
const path = v.pipe(
	v.string(),
	v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/),
	v.maxLength(200)
);
const shape = v.pipe(v.array(positive), v.maxLength(8));

const source = v.strictObject({
	id,
	/** `owner/name` on the hub. */
	repository: v.pipe(
		v.string(),
		v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,95}\/[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/)
	),
	/** A commit, never a branch: what it names cannot change. */
	revision: v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/)),
	path,
	bytes: positive,
	/** Of the whole file; null where the publisher states none. */
	sha256: v.nullable(hash),
	/** `whole`: a file that becomes one of the pack's as it is, such as a graph that its publisher exported. */
	format: v.picklist(['safetensors', 'torch', 'whole']),
	/** Tensors of the file that no weight needs, by name: forgotten ones are an error. */
	unused: v.array(name)
});

const step = v.variant('kind', [
	v.strictObject({ kind: v.literal('transpose'), order: v.pipe(v.array(count), v.maxLength(8)) }),
	v.strictObject({ kind: v.literal('reshape'), shape }),
	v.strictObject({ kind: v.literal('slice'), axis: count, start: count, end: positive }),
	v.strictObject({ kind: v.literal('scale'), factor: finite })
]);

const input = v.strictObject({
	source: id,
	tensor: name,
	/** As published: another shape or type in the file is an error. */
	dtype: v.picklist(DTYPES),
	shape,
	steps: v.array(step)
});

const combine = v.variant('kind', [
	v.strictObject({ kind: v.literal('concatenate'), axis: count }),
	/**
	 * Inputs are the weight, then up and down of every adapter, and with `alphas` the adapter's own alpha, a single number. One factor an
	 * adapter; with an alpha it acts by factor * alpha / rank.
	 */
	v.strictObject({
		kind: v.literal('lora'),
		factors: v.pipe(v.array(finite), v.minLength(1)),
		alphas: v.optional(v.boolean())
	})
]);

const encoding = v.variant('kind', [
	/** The bytes as they are; no steps, one input. */
	v.strictObject({ kind: v.literal('copy') }),
	v.strictObject({ kind: v.literal('cast'), dtype: v.picklist(['F32', 'F16']) }),
	v.strictObject({ kind: v.literal('int8'), axis: count, scales: v.picklist(['F32', 'F16']) }),
	/** Of a weight `[N, K]`, as `com.microsoft::MatMulNBits` takes it. */
	v.strictObject({
		kind: v.literal('int4'),
		block: v.picklist([16, 32, 64, 128]),
		symmetric: v.boolean(),
		scales: v.picklist(['F32', 'F16'])
	})
]);

const output = v.strictObject({
	/** Which of what the encoding makes. */
	part: v.picklist(['values', 'codes', 'scales', 'zeroPoints']),
	/** Initializer of the graph that these bytes are. */
	initializer: name,
	file: path,
	offset: count,
	bytes: positive
});

const weight = v.strictObject({
	inputs: v.pipe(v.array(input), v.minLength(1), v.maxLength(64)),
	combine: v.nullable(combine),
	/** After combining. */
	steps: v.array(step),
	encoding,
	outputs: v.pipe(v.array(output), v.minLength(1), v.maxLength(3))
});

export const assemblyRecipeSchema = v.strictObject({
	formatVersion: v.literal(1),
	id,
	sources: v.pipe(v.array(source), v.minLength(1)),
	/** What is written. `sha256` is known once somebody assembled it: every assembly gives the same bytes. */
	files: v.pipe(
		v.array(v.strictObject({ path, bytes: positive, sha256: v.nullable(hash) })),
		v.minLength(1)
	),
	weights: v.pipe(v.array(weight), v.minLength(1)),
	/** Files of the pack that are a source from its first byte to its last. */
	copies: v.optional(v.array(v.strictObject({ source: id, file: path })))
});

export type AssemblyRecipe = v.InferOutput<typeof assemblyRecipeSchema>;
export type RecipeSource = AssemblyRecipe['sources'][number];
export type RecipeWeight = AssemblyRecipe['weights'][number];
export type RecipeInput = RecipeWeight['inputs'][number];
export type RecipeOutput = RecipeWeight['outputs'][number];
export type RecipeStep = RecipeInput['steps'][number];
export type OutputPart = RecipeOutput['part'];

/** Initializers begin at multiples of this; the gaps are zeros. */
export const OUTPUT_ALIGNMENT = 64;
/** One file of external weights; a tensor never spans two. */
export const MAX_FILE_BYTES = 2 ** 30;
