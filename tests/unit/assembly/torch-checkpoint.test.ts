import checkpoints from '../../fixtures/assembly/checkpoints.json';
import type { CheckpointFault } from '$lib/contract/checkpoint';
import { isLuxError, toWireError } from '$lib/contract/errors';
import { memoryReader } from '$workers/assembly/bytes';
import { MAX_DEPTH } from '$workers/assembly/pickle';
import { openTorchCheckpoint } from '$workers/assembly/torch-checkpoint';
import { readZipDirectory } from '$workers/assembly/zip-directory';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { join, zipFile, type ZipEntry, type ZipOptions } from './zip-file';

const fixture = (name: string) => new Uint8Array(readFileSync(`tests/fixtures/assembly/${name}`));
const open = (file: Uint8Array) => openTorchCheckpoint(memoryReader('adapter.bin', file));
const text = (value: string) => new TextEncoder().encode(value);

/** Opcodes of a pickle; strings stand for themselves, so that an opcode is its letter. */
const pickle = (...parts: (string | number[])[]) =>
	join(parts.map((part) => (typeof part === 'string' ? text(part) : Uint8Array.from(part))));
const PROTO = [0x80, 2];
const word = (value: string) => pickle('X', [value.length, 0, 0, 0], value);
/** `_rebuild_tensor_v2` of storage 0, with its arguments at will; all numbers below 256. */
const tensor = ({
	elements = 4,
	offset = 0,
	shape = [2, 2],
	strides = [2, 1],
	kind = 'FloatStorage',
	key = '0'
} = {}) => {
	const tuple = (list: number[]) => pickle('(', ...list.map((n) => ['K'.charCodeAt(0), n]), 't');
	return join([
		text('ctorch._utils\n_rebuild_tensor_v2\n(('),
		word('storage'),
		text(`ctorch\n${kind}\n`),
		word(key),
		word('cpu'),
		pickle('K', [elements], 'tQK', [offset]),
		tuple(shape),
		tuple(strides),
		pickle([0x89], 'ccollections\nOrderedDict\n)RtR')
	]);
};
const dictOf = (...items: Uint8Array[]) => join([pickle(PROTO, '}('), ...items, text('u.')]);
const sound = dictOf(word('w'), tensor());
const data = new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer);
const archive = (
	pkl: Uint8Array,
	more: Partial<Record<string, Uint8Array>> = {},
	options: ZipOptions = {}
) =>
	zipFile(
		Object.entries({ 'a/data.pkl': pkl, 'a/byteorder': text('little'), 'a/data/0': data, ...more })
			.filter((entry): entry is [string, Uint8Array] => entry[1] !== undefined)
			.map(([name, bytes]): ZipEntry => ({ name, data: bytes })),
		options
	);

async function outcome(file: Uint8Array): Promise<string> {
	try {
		await open(file);
		return 'opened';
	} catch (error) {
		const wire = toWireError(error);
		if (wire.code === 'checkpoint-unreadable') return wire.params.fault;
		if (wire.code === 'checkpoint-unsafe') return `unsafe: ${wire.params.found}`;
		throw error;
	}
}

describe('checkpoints that torch.save wrote', () => {
	it.each(Object.entries(checkpoints))('%s', async (name, expected) => {
		const checkpoint = await open(fixture(name));
		expect([...checkpoint.tensors.keys()].sort()).toEqual(Object.keys(expected).sort());
		for (const [key, wanted] of Object.entries(expected)) {
			const { dtype, shape, bytes } = await checkpoint.read(checkpoint.tensors.get(key)!);
			expect({ dtype, shape, bytes: Buffer.from(bytes).toString('base64') }, key).toEqual(wanted);
		}
	});

	it.each([
		['hostile-command.bin', /^unsafe: (posix|nt)\.system$/],
		['hostile-module.bin', /^unsafe: torch\.nn\./],
		['older-hostile.bin', /^unsafe: (posix|nt)\.system$/],
		['double.bin', /^dtype-unknown$/]
	])('%s is refused', async (name, found) => {
		expect(await outcome(fixture(name))).toMatch(found);
	});

	it('the older form ends where its last storage does', async () => {
		const file = fixture('older-adapter.bin');
		expect(await outcome(file.slice(0, -1))).toBe('too-short');
		expect(await outcome(join([file, new Uint8Array(1)]))).toBe('storage-mismatch');
		expect(await outcome(file.slice(0, 40))).toBe('pickle-truncated');
		const bigEndian = file.slice();
		// The first 'true' is the machine's.
		bigEndian[bigEndian.indexOf(0x88)] = 0x89;
		expect(await outcome(bigEndian)).toBe('byte-order');
		const otherVersion = file.slice();
		otherVersion[18] = 0;
		expect(await outcome(otherVersion)).toBe('pickle-malformed');
	});

	it.each(['adapter.bin', 'older-adapter.bin'])(
		'any damage of %s is refused or gives tensors of the file',
		async (name) => {
			const adapter = fixture(name);
			await fc.assert(
				fc.asyncProperty(
					fc.array(fc.tuple(fc.nat(adapter.length - 1), fc.nat(255)), {
						minLength: 1,
						maxLength: 5
					}),
					fc.nat(adapter.length),
					fc.boolean(),
					async (changes, end, cut) => {
						const file = adapter.slice(0, cut ? end : adapter.length);
						for (const [at, value] of changes) if (at < file.length) file[at] = value;
						try {
							const checkpoint = await open(file);
							for (const entry of checkpoint.tensors.values()) await checkpoint.read(entry);
						} catch (error) {
							expect(
								isLuxError(error, 'checkpoint-unreadable') ||
									isLuxError(error, 'checkpoint-unsafe'),
								String(error)
							).toBe(true);
						}
					}
				),
				{ numRuns: 400 }
			);
		}
	);
});

describe('a pickle', () => {
	it('of this test is sound to begin with', async () => {
		const checkpoint = await open(archive(sound));
		expect((await checkpoint.read(checkpoint.tensors.get('w')!)).bytes).toEqual(data);
	});

	const nested = (depth: number) => pickle(PROTO, '('.repeat(depth), 't'.repeat(depth), '.');
	const dictsInDicts = (depth: number): Uint8Array => {
		let inner = tensor();
		for (let i = 0; i < depth; i++) inner = join([pickle('}('), word('k'), inner, text('u')]);
		return join([pickle(PROTO), inner, text('.')]);
	};
	/** Seven dicts, each of which holds the one before 200 times: 200^6 paths in a few KB. */
	const memoBomb = () =>
		dictOf(
			...Array.from({ length: 7 }, (_, level) => [
				word(`level${level}`),
				pickle('}q', [level], '('),
				...Array.from({ length: level ? 200 : 0 }, (_, i) =>
					join([word(`k${i}`), pickle('h', [level - 1])])
				),
				text('u')
			]).flat()
		);

	it.each<[string, string, Uint8Array]>([
		['os.system', 'unsafe: os.system', pickle(PROTO, 'cos\nsystem\n(X', [2, 0, 0, 0], 'ls', 'tR.')],
		['eval', 'unsafe: builtins.eval', pickle(PROTO, 'cbuiltins\neval\n.')],
		[
			'a name built on the stack',
			'unsafe: opcode 0x93',
			pickle(PROTO, 'X', [2, 0, 0, 0], 'os', [0x93], '.')
		],
		['an instance', 'unsafe: opcode 0x69', pickle(PROTO, '(ios\nsystem\n.')],
		[
			'an object',
			'unsafe: opcode 0x81',
			pickle(PROTO, 'ccollections\nOrderedDict\n)', [0x81], '.')
		],
		['an extension', 'unsafe: opcode 0x82', pickle(PROTO, [0x82, 1], '.')],
		['attributes of a list', 'unsafe: opcode 0x62', pickle(PROTO, ']}b.')],
		['text protocol 0', 'unsafe: opcode 0x49', pickle('I1\n.')],
		['nothing', 'pickle-truncated', new Uint8Array(0)],
		['no end', 'pickle-truncated', sound.slice(0, -1)],
		['a text longer than the file', 'pickle-truncated', pickle(PROTO, 'X', [99, 0, 0, 0], 'a')],
		['a text of 4 GB', 'pickle-too-much', pickle(PROTO, 'X', [255, 255, 255, 255], 'a')],
		['a name without end', 'pickle-truncated', pickle(PROTO, 'ctorch')],
		['protocol 4', 'pickle-malformed', pickle([0x80, 4], '}.')],
		['an empty stack', 'pickle-malformed', pickle(PROTO, '.')],
		['two values', 'pickle-malformed', pickle(PROTO, '}}.')],
		['bytes behind the end', 'pickle-malformed', join([sound, text('x')])],
		['a memo that is empty', 'pickle-malformed', pickle(PROTO, 'h', [3], '.')],
		['a mark without one', 'pickle-malformed', pickle(PROTO, 't.')],
		['an odd number of items', 'pickle-malformed', pickle(PROTO, '}(Nu.')],
		[
			'a giant whole number',
			'pickle-malformed',
			pickle(PROTO, [0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 64], '.')
		],
		['a call of no name', 'pickle-malformed', pickle(PROTO, 'N)R.')],
		[
			'a tensor of no storage',
			'pickle-malformed',
			pickle(PROTO, 'ctorch._utils\n_rebuild_tensor_v2\n)R.')
		],
		['marks without end', 'pickle-too-deep', nested(MAX_DEPTH + 1)],
		['dicts without end', 'pickle-too-deep', dictsInDicts(20)],
		[
			'a dict that holds itself',
			'pickle-too-deep',
			pickle(PROTO, '}q', [0], 'X', [1, 0, 0, 0], 'k', 'h', [0], 's.')
		],
		['no tensors', 'pickle-no-tensors', pickle(PROTO, '}.')],
		[
			'a name twice',
			'duplicate-key',
			dictOf(word('a.b'), tensor(), word('a'), join([text('}'), word('b'), tensor(), text('s')]))
		],
		['a storage of other length', 'storage-mismatch', dictOf(word('w'), tensor({ elements: 5 }))],
		['a view past its end', 'storage-mismatch', dictOf(word('w'), tensor({ offset: 1 }))],
		['strides past its end', 'storage-mismatch', dictOf(word('w'), tensor({ strides: [3, 1] }))],
		[
			'a tensor blown up by stride 0',
			'storage-mismatch',
			dictOf(word('w'), tensor({ shape: [200, 200], strides: [0, 0] }))
		],
		['fewer strides than axes', 'storage-mismatch', dictOf(word('w'), tensor({ strides: [1] }))],
		['a tensor of nothing', 'zero-size', dictOf(word('w'), tensor({ shape: [0, 2] }))],
		['doubles', 'dtype-unknown', dictOf(word('w'), tensor({ kind: 'DoubleStorage' }))],
		['a storage elsewhere', 'pickle-malformed', dictOf(word('w'), tensor({ key: '../x' }))],
		['a storage that is missing', 'zip-record-missing', dictOf(word('w'), tensor({ key: '7' }))]
	])('with %s: %s', async (_, found, pkl) => {
		expect(await outcome(archive(pkl))).toBe(found);
	});

	it('that names one dict a million times is refused at once', async () => {
		const started = performance.now();
		expect(await outcome(archive(memoBomb()))).toBe('pickle-too-much');
		expect(performance.now() - started).toBeLessThan(2000);
	});

	it('of any bytes is refused with a code', async () => {
		await fc.assert(
			fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
				expect(
					await outcome(archive(join([Uint8Array.from(PROTO), Uint8Array.from(bytes)])))
				).not.toBe('opened');
			}),
			{ numRuns: 400 }
		);
	});
});

describe('an archive', () => {
	const entries = (change: Partial<ZipEntry> = {}): ZipEntry[] => [
		{ name: 'a/data.pkl', data: sound },
		{ name: 'a/data/0', data, ...change }
	];

	it.each<[string, ZipOptions]>([
		['ZIP64', { zip64: true }],
		['a comment', { comment: text('PK\x05\x06 is not the end of it') }]
	])('with %s opens', async (_, options) => {
		expect(await outcome(archive(sound, {}, options))).toBe('opened');
	});

	it('without a word about byte order opens: old ones have none', async () => {
		expect(await outcome(archive(sound, { 'a/byteorder': undefined }))).toBe('opened');
	});

	it.each<[string, CheckpointFault, Uint8Array]>([
		['no archive', 'zip-not-found', new Uint8Array(5)],
		['a safetensors file', 'zip-not-found', new Uint8Array(500)],
		['its end missing', 'zip-not-found', archive(sound).slice(0, -1)],
		['several disks', 'zip-several-disks', archive(sound, {}, { disk: 1 })],
		['more records than there are', 'zip-damaged', archive(sound, {}, { count: 4 })],
		['a directory outside', 'zip-damaged', archive(sound, {}, { directoryOffset: 1e6 })],
		[
			'a ZIP64 record outside',
			'zip-damaged',
			archive(sound, {}, { zip64: true, end64Offset: 1e9 })
		],
		[
			'numbers beyond 2^53',
			'zip-damaged',
			archive(sound, {}, { zip64: true, directoryOffset: 2 ** 60 })
		],
		['a million records', 'zip-too-many-records', archive(sound, {}, { zip64: true, count: 1e6 })],
		['encryption', 'zip-encrypted', zipFile(entries({ flags: 1 }))],
		['compression', 'zip-compressed', zipFile(entries({ method: 8 }))],
		['one name twice', 'zip-duplicate-name', zipFile([...entries(), { name: 'a/data/0', data }])],
		['two records in one place', 'zip-overlap', zipFile(entries({ headerOffset: 0 }))],
		['a record past the directory', 'zip-damaged', zipFile(entries({ bytes: 5000 }))],
		['a record under another name', 'zip-damaged', zipFile(entries({ localName: 'a/data/1' }))],
		['no pickle', 'zip-record-missing', zipFile([{ name: 'a/data/0', data }])],
		[
			'two pickles',
			'zip-record-missing',
			zipFile([...entries(), { name: 'b/data.pkl', data: sound }])
		],
		['big-endian numbers', 'byte-order', archive(sound, { 'a/byteorder': text('big') })]
	])('with %s is refused: %s', async (_, fault, file) => {
		expect(await outcome(file)).toBe(fault);
	});

	it('gives its records in both forms', async () => {
		const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }), {
			maxLength: 6
		});
		await fc.assert(
			fc.asyncProperty(names, fc.boolean(), async (list, zip64) => {
				const file = zipFile(
					list.map((name) => ({ name, data: text(name) })),
					{ zip64 }
				);
				const records = await readZipDirectory(memoryReader('x', file));
				expect([...records.keys()].sort()).toEqual([...list].sort());
				for (const { name, bytes } of records.values()) expect(bytes).toBe(text(name).length);
			})
		);
	});
});
