/**
 * Weights that a pack keeps as int8 or in half precision and a graph reads as float32. They are widened here, a tensor at a time, while the
 * runtime opens the graph. Operators in the graph would do it too, but the runtime folds those into a second copy of all weights, for
 * which its heap of 4 GiB has no room (seen: a denoiser of 2.6 GB did not open).
 */
import { LuxError } from '$lib/contract/errors';
import * as v from 'valibot';
import { floatBitsFromHalf } from './floats';
import { blobBytes, LazyWeights, type ReadNow } from './lazy-weights';
import type { WeightFile } from './session';
import type { FileContent } from './verified-pack';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const shape = v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(1)));
/** Where stored numbers lie: file of the pack, first byte, bytes. */
const part = v.strictObject({ file: v.string(), offset: count, bytes: count });
/** Where the graph looks for the widened ones. */
const place = { offset: count, bytes: count, shape };
const tensor = v.variant('kind', [
	/** Codes times the scale of their index along `axis`. */
	v.strictObject({ kind: v.literal('int8'), ...place, axis: count, codes: part, scales: part }),
	v.strictObject({ kind: v.literal('float16'), ...place, values: part })
]);
const schema = v.strictObject({
	formatVersion: v.literal(1),
	/** As the graph calls the file, which does not exist. */
	path: v.string(),
	bytes: count,
	tensors: v.array(tensor)
});
type Tensor = v.InferOutput<typeof tensor>;
type Part = v.InferOutput<typeof part>;
type ReadPart = (part: Part) => Uint8Array<ArrayBuffer>;

/**
 * @param file of the manifest's `expanded`; written by `forge/large/expansion.py`
 * @param files the pack's verified files
 * @throws LuxError `pack-unsuitable` when it does not describe these files
 */
export function expandedWeights(
	file: string,
	files: ReadonlyMap<string, FileContent>,
	readNow?: ReadNow
): WeightFile {
	const { path, bytes, tensors } = parse(file, files.get(file));
	for (const described of tensors) requireFitting(file, described, files);
	const byOffset = new Map(tensors.map((described) => [described.offset, described]));
	const read: ReadPart = ({ file: stored, offset, bytes: length }) => {
		const content = files.get(stored)!;
		if (content instanceof Blob) return blobBytes(content, readNow)(offset, offset + length);
		return content.slice(offset, offset + length);
	};
	return {
		path,
		content: new LazyWeights(bytes, (start, end) => {
			const found = byOffset.get(start);
			if (found?.bytes !== end - start)
				throw new RangeError(`no weight lies in ${start} to ${end} of ${path}`);
			return new Uint8Array(expand(found, read).buffer);
		})
	};
}

function parse(file: string, content: FileContent | undefined): v.InferOutput<typeof schema> {
	let json: unknown;
	try {
		// Small: never a Blob.
		json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content as Uint8Array));
	} catch {
		throw unsuitable(file, 'not JSON');
	}
	const parsed = v.safeParse(schema, json);
	if (parsed.success) return parsed.output;
	const [issue] = parsed.issues;
	throw unsuitable(file, `${v.getDotPath(issue) ?? ''}: ${issue.message}`);
}

function requireFitting(
	file: string,
	described: Tensor,
	files: ReadonlyMap<string, FileContent>
): void {
	const elements = described.shape.reduce((product, size) => product * size, 1);
	const channels = described.kind === 'int8' ? described.shape[described.axis] : 0;
	const parts: [Part, number][] =
		described.kind === 'int8'
			? [
					[described.codes, elements],
					[described.scales, 4 * (channels ?? NaN)]
				]
			: [[described.values, 2 * elements]];
	const fits =
		described.bytes === 4 * elements &&
		parts.every(([{ file: stored, offset, bytes }, expected]) => {
			const content = files.get(stored);
			const size = content instanceof Blob ? content.size : (content?.length ?? -1);
			return bytes === expected && offset + bytes <= size;
		});
	if (!fits) throw unsuitable(file, `weight at ${described.offset}`);
}

function expand(described: Tensor, read: ReadPart): Float32Array<ArrayBuffer> {
	if (described.kind === 'float16') {
		const halves = new Uint16Array(read(described.values).buffer);
		const bits = new Uint32Array(halves.length);
		for (let i = 0; i < bits.length; i++) bits[i] = floatBitsFromHalf(halves[i]!);
		return new Float32Array(bits.buffer);
	}
	const codes = new Int8Array(read(described.codes).buffer);
	const scales = new Float32Array(read(described.scales).buffer);
	const inner = described.shape.slice(described.axis + 1).reduce((a, b) => a * b, 1);
	const values = new Float32Array(codes.length);
	for (let at = 0, channel = 0; at < codes.length; channel = (channel + 1) % scales.length) {
		const scale = scales[channel]!;
		for (const end = at + inner; at < end; at++) values[at] = codes[at]! * scale;
	}
	return values;
}

function unsuitable(file: string, detail: string): LuxError<'pack-unsuitable'> {
	return new LuxError('pack-unsuitable', { detail: `${file}: ${detail}` });
}
