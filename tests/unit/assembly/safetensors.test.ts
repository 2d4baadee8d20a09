import type { CheckpointFault } from '$lib/contract/checkpoint';
import { isLuxError, LuxError } from '$lib/contract/errors';
import { memoryReader } from '$workers/assembly/bytes';
import { findDuplicateKey } from '$workers/assembly/json-keys';
import { MAX_HEADER_BYTES, MAX_TENSORS, openSafetensors } from '$workers/assembly/safetensors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyTensors, rawSafetensors, safetensors, safetensorsHeader } from './safetensors-file';

const open = (file: Uint8Array) => openSafetensors(memoryReader('unet.safetensors', file));

async function faultOf(file: Uint8Array): Promise<CheckpointFault | 'opened'> {
	try {
		await open(file);
		return 'opened';
	} catch (error) {
		if (!isLuxError(error, 'checkpoint-unreadable')) throw error;
		expect(error.params.file).toBe('unet.safetensors');
		return error.params.fault;
	}
}

/** One F32 tensor of two elements, with a description changed at will. */
const header = (change: Record<string, unknown> = {}, name = 'w') =>
	JSON.stringify({ [name]: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...change } });
const eight = new Uint8Array(8);

describe('openSafetensors', () => {
	it('gives back every tensor of every file, bit by bit', async () => {
		await fc.assert(
			fc.asyncProperty(anyTensors, async (tensors) => {
				const checkpoint = await open(safetensors(tensors));
				expect([...checkpoint.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
				for (const [name, { dtype, shape, bytes }] of tensors)
					expect(await checkpoint.read(checkpoint.tensors.get(name)!)).toEqual({
						dtype,
						shape,
						bytes
					});
			})
		);
	});

	it('reads the length, the header, then single tensors only', async () => {
		const file = safetensors(
			new Map([
				['a', { dtype: 'F32', shape: [2], bytes: eight }],
				['b', { dtype: 'F32', shape: [1], bytes: new Uint8Array(4) }]
			])
		);
		const reads: [number, number][] = [];
		const { read, ...rest } = memoryReader('x', file);
		const checkpoint = await openSafetensors({
			...rest,
			read: (offset, length) => {
				reads.push([offset, length]);
				return read(offset, length);
			}
		});
		await checkpoint.read(checkpoint.tensors.get('b')!);
		expect(reads).toEqual([
			[0, 8],
			[8, file.length - 20],
			[file.length - 4, 4]
		]);
	});

	it('accepts metadata and trailing spaces of the header', async () => {
		const text = `{"__metadata__":{"format":"pt"},${header().slice(1)}   `;
		expect(await faultOf(rawSafetensors(text, eight))).toBe('opened');
	});

	it.each<[string, CheckpointFault, Uint8Array]>([
		['an empty file', 'too-short', new Uint8Array(0)],
		['nine bytes', 'too-short', new Uint8Array(9)],
		['a header longer than the file', 'too-short', rawSafetensors(header(), eight, 500n)],
		['a header of nothing', 'too-short', rawSafetensors(header(), eight, 0n)],
		['a giant header', 'header-too-long', rawSafetensors(header(), eight, 2n ** 63n)],
		[
			'a header just over the limit',
			'header-too-long',
			rawSafetensors(header(), eight, BigInt(MAX_HEADER_BYTES) + 1n)
		],
		['no JSON', 'header-not-json', rawSafetensors('{"w":', eight)],
		['bad UTF-8', 'header-not-json', rawSafetensors(header(), eight).fill(0xff, 12, 14)],
		['deep nesting', 'header-wrong-form', rawSafetensors('['.repeat(4e3) + ']'.repeat(4e3), eight)],
		['an array', 'header-wrong-form', rawSafetensors('[]', eight)],
		['a leading space', 'header-wrong-form', rawSafetensors(` ${header()}`, eight)],
		['a tensor that is null', 'header-wrong-form', rawSafetensors('{"w":null}', eight)],
		['an extra field', 'header-wrong-form', rawSafetensors(header({ extra: 1 }), eight)],
		['metadata of numbers', 'header-wrong-form', rawSafetensors('{"__metadata__":{"a":1}}', eight)],
		[
			'a name twice',
			'duplicate-key',
			rawSafetensors(`${header().slice(0, -1)},${header().slice(1)}`, eight)
		],
		[
			'a name twice, once in escapes',
			'duplicate-key',
			rawSafetensors(`${header().slice(0, -1)},${header().slice(1).replace('w', '\\u0077')}`, eight)
		],
		[
			'a field twice',
			'duplicate-key',
			rawSafetensors(header().replace('"shape"', '"dtype":"F16","shape"'), eight)
		],
		['F64', 'dtype-unknown', rawSafetensors(header({ dtype: 'F64' }), eight)],
		[
			'a dtype that is an array',
			'dtype-unknown',
			rawSafetensors(header({ dtype: ['F32'] }), eight)
		],
		['a negative size', 'shape-invalid', rawSafetensors(header({ shape: [-2] }), eight)],
		['half an element', 'shape-invalid', rawSafetensors(header({ shape: [0.5] }), eight)],
		['a shape too large', 'shape-invalid', rawSafetensors(header({ shape: [2 ** 50, 2] }), eight)],
		['nine axes', 'shape-invalid', rawSafetensors(header({ shape: Array(9).fill(1) }), eight)],
		[
			'no elements',
			'zero-size',
			rawSafetensors(header({ shape: [0], data_offsets: [0, 0] }), new Uint8Array(0))
		],
		[
			'offsets backwards',
			'offsets-invalid',
			rawSafetensors(header({ data_offsets: [8, 0] }), eight)
		],
		['one offset', 'offsets-invalid', rawSafetensors(header({ data_offsets: [8] }), eight)],
		[
			'a negative offset',
			'offsets-invalid',
			rawSafetensors(header({ data_offsets: [-8, 0] }), eight)
		],
		['an end outside', 'out-of-range', rawSafetensors(header({ data_offsets: [8, 16] }), eight)],
		['a shape of other length', 'length-mismatch', rawSafetensors(header({ shape: [3] }), eight)],
		[
			'an offset between elements',
			'misaligned',
			rawSafetensors(header({ data_offsets: [2, 10] }), new Uint8Array(10))
		],
		[
			'two tensors in one place',
			'overlap',
			rawSafetensors(`${header().slice(0, -1)},${header({}, 'v').slice(1)}`, eight)
		],
		['a gap before', 'hole', rawSafetensors(header({ data_offsets: [4, 12] }), new Uint8Array(12))],
		['bytes behind the last', 'hole', rawSafetensors(header(), new Uint8Array(9))],
		['data without a tensor', 'hole', rawSafetensors('{}', eight)]
	])('refuses %s: %s', async (_, fault, file) => {
		expect(await faultOf(file)).toBe(fault);
	});

	it('refuses more tensors than any model has', async () => {
		const names = Array.from({ length: MAX_TENSORS + 1 }, (_, i) => `"${i}":0`);
		expect(await faultOf(rawSafetensors(`{${names.join()}}`, eight))).toBe('too-many-tensors');
	});

	it('keeps a name like __proto__ as a name', async () => {
		const checkpoint = await open(rawSafetensors(header({}, '__proto__'), eight));
		expect([...checkpoint.tensors.keys()]).toEqual(['__proto__']);
		expect(({} as { dtype?: string }).dtype).toBeUndefined();
	});

	it('meets any bytes, and any damaged file, with a fault or with tensors inside the file', async () => {
		const damaged = fc
			.tuple(anyTensors, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }))
			.map(([tensors, changes]) => {
				const file = safetensors(tensors);
				for (const [at, value] of changes) file[at % file.length] = value;
				return file;
			});
		const cut = fc
			.tuple(anyTensors, fc.nat(200))
			.map(([tensors, bytes]) => safetensors(tensors).slice(0, -1 - bytes));
		await fc.assert(
			fc.asyncProperty(fc.oneof(damaged, cut, fc.uint8Array()), async (file) => {
				let checkpoint;
				try {
					checkpoint = await open(Uint8Array.from(file));
				} catch (error) {
					expect(isLuxError(error, 'checkpoint-unreadable')).toBe(true);
					return;
				}
				let sum = 0;
				for (const tensor of checkpoint.tensors.values())
					sum += (await checkpoint.read(tensor)).bytes.length;
				expect(sum).toBeLessThan(file.length);
			}),
			{ numRuns: 400 }
		);
	});

	it('never takes a moved tensor for a sound file', async () => {
		await fc.assert(
			fc.asyncProperty(
				anyTensors.filter((tensors) => tensors.size > 0),
				fc.nat(),
				fc.integer({ min: -16, max: 16 }).filter((by) => by !== 0),
				async (tensors, which, by) => {
					const { header: sound, data } = safetensorsHeader(tensors);
					const names = Object.keys(sound);
					const moved = sound[names[which % names.length]!]!;
					moved.data_offsets = [moved.data_offsets[0] + by, moved.data_offsets[1] + by];
					expect(await faultOf(rawSafetensors(JSON.stringify(sound), data))).not.toBe('opened');
				}
			)
		);
	});

	it('stops when it is told to', async () => {
		const file = rawSafetensors(header(), eight);
		const stopped = openSafetensors(memoryReader('x', file), AbortSignal.abort());
		await expect(stopped).rejects.not.toBeInstanceOf(LuxError);
		await expect(stopped).rejects.toHaveProperty('name', 'AbortError');
	});
});

describe('findDuplicateKey', () => {
	it('finds none where there is none, whatever the values', () => {
		fc.assert(
			fc.property(fc.json(), (json) => {
				expect(findDuplicateKey(json)).toBeNull();
			})
		);
	});

	it('finds one at any depth, and not in an array of objects with the same keys', () => {
		expect(findDuplicateKey('[{"a":{"b":1,"c":[],"b":2}}]')).toBe('b');
		expect(findDuplicateKey('[{"a":1},{"a":1},"a:","{"]')).toBeNull();
	});
});
