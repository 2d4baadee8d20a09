/** Writes safetensors files for tests: sound ones, and any header one likes. */
import { DTYPES, type Dtype } from '$lib/contract/checkpoint';
import { countElements, DTYPE_BYTES } from '$workers/assembly/checkpoint';
import fc from 'fast-check';

export interface PlainTensor {
	dtype: Dtype;
	shape: number[];
	bytes: Uint8Array<ArrayBuffer>;
}

/** A file of any header text and any data, however little they fit. */
export function rawSafetensors(header: string, data: Uint8Array, declared?: bigint): Uint8Array {
	const text = new TextEncoder().encode(header);
	const file = new Uint8Array(8 + text.length + data.length);
	new DataView(file.buffer).setBigUint64(0, declared ?? BigInt(text.length), true);
	file.set(text, 8);
	file.set(data, 8 + text.length);
	return file;
}

/** Tensors in the given order, largest elements first as the reference writer puts them. */
export function safetensorsHeader(tensors: ReadonlyMap<string, PlainTensor>): {
	header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;
	data: Uint8Array;
} {
	const sorted = [...tensors].sort(([, a], [, b]) => DTYPE_BYTES[b.dtype] - DTYPE_BYTES[a.dtype]);
	const data = new Uint8Array(sorted.reduce((sum, [, { bytes }]) => sum + bytes.length, 0));
	const header = Object.create(null) as ReturnType<typeof safetensorsHeader>['header'];
	let start = 0;
	for (const [name, { dtype, shape, bytes }] of sorted) {
		data.set(bytes, start);
		header[name] = { dtype, shape, data_offsets: [start, start + bytes.length] };
		start += bytes.length;
	}
	return { header, data };
}

export function safetensors(tensors: ReadonlyMap<string, PlainTensor>): Uint8Array {
	const { header, data } = safetensorsHeader(tensors);
	return rawSafetensors(JSON.stringify(header), data);
}

/** Tensors of any dtype with 0 to 4 axes, and names of any text. */
export const anyTensors: fc.Arbitrary<Map<string, PlainTensor>> = fc
	.uniqueArray(
		fc.tuple(
			fc.string({ unit: 'grapheme', maxLength: 12 }).filter((name) => name !== '__metadata__'),
			fc.constantFrom(...DTYPES).chain((dtype) =>
				fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }).chain((shape) => {
					const length = countElements(shape) * DTYPE_BYTES[dtype];
					return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => ({
						dtype,
						shape,
						bytes: Uint8Array.from(bytes)
					}));
				})
			)
		),
		{ maxLength: 6, selector: ([name]) => name }
	)
	.map((entries) => new Map(entries));
