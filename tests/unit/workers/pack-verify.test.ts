import { isLuxError } from '$lib/contract/errors';
import { CHUNK_BYTES, type PackManifest } from '$lib/contract/manifest';
import type { Progress } from '$lib/contract/progress';
import { parseFaceManifest } from '$workers/runtime/face-models';
import { verifyPack } from '$workers/runtime/verified-pack';
import { parseManifest, verifyFile } from '$workers/runtime/pack-verify';
import { sha256 } from '$workers/runtime/sha256';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import text from '../../fixtures/packs/micro/manifest.json?raw';

/** Data URLs of the pack's files: these tests have no file system, like the worker. */
const dataUrls = import.meta.glob<string>('../../fixtures/packs/micro/*.onnx', {
	query: '?url&inline',
	import: 'default',
	eager: true
});
async function fileBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
	const response = await fetch(dataUrls[`../../fixtures/packs/micro/${path}`]!);
	return new Uint8Array(await response.arrayBuffer());
}

const original = JSON.parse(text) as PackManifest;

const encode = (value: unknown) =>
	new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))
		.buffer as ArrayBuffer;
const invalid = (error: unknown) => isLuxError(error, 'pack-manifest-invalid');
function refuse(value: unknown): void {
	expect(() => parseManifest(encode(value))).toThrow(expect.toSatisfy(invalid));
}

describe('parseManifest', () => {
	it('reads a real one', () => {
		expect(parseManifest(encode(text))).toEqual(original);
	});

	it.each<[string, (manifest: PackManifest) => unknown]>([
		['an unknown field', (m) => ({ ...m, extra: 1 })],
		['an unknown field deep inside', (m) => ({ ...m, image: { ...m.image, depth: 3 } })],
		['another format version', (m) => ({ ...m, formatVersion: 2 })],
		['a missing graph', (m) => ({ ...m, graphs: { ...m.graphs, denoiser: undefined } })],
		['a file listed twice', (m) => ({ ...m, files: [...m.files, m.files[0]] })],
		['a wrong total', (m) => ({ ...m, totalBytes: m.totalBytes + 1 })],
		['a graph without a file', (m) => ({ ...m, files: m.files.slice(1) })],
		['a size the latents do not divide', (m) => ({ ...m, image: { width: 65, height: 80 } })],
		[
			'a missing chunk hash',
			(m) => ({ ...m, files: m.files.map((file) => ({ ...file, chunks: [] })) })
		],
		...['../up', '/etc/x', 'https://a.invalid/x', 'a//b', 'a/../b', '', 'a\\b', '.hidden'].map(
			(path): [string, (m: PackManifest) => unknown] => [
				`the path ${JSON.stringify(path)}`,
				(m) => ({ ...m, files: m.files.map((file, i) => (i ? file : { ...file, path })) })
			]
		)
	])('refuses %s', (_, change) => {
		refuse(change(structuredClone(original)));
	});

	it('refuses any text that is not a manifest, with its own code', () => {
		fc.assert(fc.property(fc.string(), (junk) => refuse(junk)));
		fc.assert(fc.property(fc.jsonValue(), (junk) => refuse(junk)));
		fc.assert(
			fc.property(fc.uint8Array(), (bytes) => {
				expect(() => parseManifest(bytes.slice().buffer)).toThrow(expect.toSatisfy(invalid));
			})
		);
	});

	it('refuses any leaf replaced by another kind of value', () => {
		const leaves: (string | number)[][] = [];
		const walk = (value: unknown, path: (string | number)[]) => {
			if (typeof value !== 'object' || value === null) leaves.push(path);
			else for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key]);
		};
		walk(original, []);
		// `config` is a free record of numbers, strings and booleans, checked by the scheduler.
		const checked = leaves.filter((path) => !path.includes('config'));
		fc.assert(
			fc.property(
				fc.constantFrom(...checked),
				fc.constantFrom(null, {}, [], Number.NaN),
				(path, value) => {
					const copy = structuredClone(original);
					let place = copy as unknown as Record<string, unknown>;
					for (const key of path.slice(0, -1)) place = place[key] as Record<string, unknown>;
					place[path.at(-1)!] = value;
					refuse(copy);
				}
			)
		);
	});

	it('is not fooled by __proto__', () => {
		refuse(text.replace('{', '{"__proto__": {"id": "evil"},'));
		expect(({} as { id?: string }).id).toBeUndefined();
	});
});

describe('a manifest’s conditioning', () => {
	/** The micro pack, told by a prompt instead of numbers. */
	function clip(change: (manifest: PackManifest) => void = () => undefined): PackManifest {
		const manifest = structuredClone(original);
		const { directionEncoder, ...graphs } = manifest.graphs;
		const words = ['tokenizer.json', 'tokenizer_config.json'] as const;
		manifest.graphs = { ...graphs, textEncoder: directionEncoder };
		manifest.conditioning = {
			kind: 'clip',
			tokens: 77,
			width: 64,
			tokenizer: { tokenizer: words[0], config: words[1] },
			negative: ''
		};
		const entry = { bytes: 1, sha256: '0'.repeat(64), chunks: ['0'.repeat(64)] };
		manifest.files.push(...words.map((path) => ({ path, ...entry })));
		manifest.totalBytes += words.length;
		change(manifest);
		return manifest;
	}

	it('may be a prompt', () => {
		expect(parseManifest(encode(clip()))).toEqual(clip());
	});

	it.each<[string, PackManifest]>([
		[
			'a prompt read by a direction encoder',
			clip((m) => {
				m.graphs.directionEncoder = m.graphs.textEncoder;
				delete m.graphs.textEncoder;
			})
		],
		['both encoders', clip((m) => void (m.graphs.directionEncoder = m.graphs.textEncoder))],
		['a vocabulary read by a text encoder', clip((m) => (m.conditioning = original.conditioning))],
		[
			'a tokenizer that is not among the files',
			clip((m) => void ((m.totalBytes -= 1), m.files.pop()))
		],
		[
			'a sequence without room for a word',
			clip((m) => void (m.conditioning = { ...m.conditioning, tokens: 2 } as never))
		]
	])('may not be %s', (_, manifest) => refuse(manifest));
});

describe('a manifest’s sizes', () => {
	const other = { width: 96, height: 64 };
	/** The micro pack with one more size, for which its denoiser has a file of its own. */
	function sized(change: (manifest: PackManifest) => void = () => undefined): PackManifest {
		const manifest = structuredClone(original);
		const { width, height } = manifest.image;
		manifest.image.others = [other];
		const [variant] = manifest.graphs.denoiser.variants;
		manifest.graphs.denoiser.variants = [
			{ ...variant!, size: { width, height } },
			{ ...variant!, size: other }
		];
		change(manifest);
		return manifest;
	}

	it('may each have a file', () => {
		expect(parseManifest(encode(sized()))).toEqual(sized());
	});

	it('may share a file that serves every size, beside one for a device or a size', () => {
		const manifest = sized((m) => {
			const [native, wide] = m.graphs.denoiser.variants;
			m.graphs.denoiser.variants = [
				{ ...native!, devices: ['wasm'], size: undefined },
				{ ...wide!, devices: ['wasm'] },
				{ ...native!, devices: ['webgpu'] },
				{ ...wide!, devices: ['webgpu'] }
			];
		});
		expect(() => parseManifest(encode(manifest))).not.toThrow();
	});

	it.each<[string, PackManifest]>([
		['that a graph has no file for', sized((m) => void m.graphs.denoiser.variants.pop())],
		[
			'that a graph has no file for on one of its devices',
			sized((m) => void (m.graphs.denoiser.variants[1]!.devices = ['wasm']))
		],
		['that only a graph knows', sized((m) => void delete m.image.others)],
		[
			'that the latents do not divide',
			sized((m) => void (m.image.others = [other, { width: 97, height: 64 }]))
		]
	])('may not be one %s', (_, manifest) => refuse(manifest));
});

describe('verifyFile', async () => {
	const entry = original.files[0]!;
	const bytes = await fileBytes(entry.path);
	const corrupt = (error: unknown) =>
		isLuxError(error, 'pack-file-corrupt') && error.params.file === entry.path;

	it('accepts the real bytes', async () => {
		await expect(verifyFile(entry, bytes)).resolves.toBeUndefined();
	});

	it('notices any flipped bit', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.nat(bytes.length - 1),
				fc.integer({ min: 0, max: 7 }),
				async (at, bit) => {
					const copy = bytes.slice();
					copy[at]! ^= 1 << bit;
					await expect(verifyFile(entry, copy)).rejects.toSatisfy(corrupt);
				}
			),
			{ numRuns: 50 }
		);
	});

	it('notices missing and added bytes', async () => {
		await expect(verifyFile(entry, bytes.slice(1))).rejects.toSatisfy(corrupt);
		await expect(verifyFile(entry, new Uint8Array(bytes.length + 1))).rejects.toSatisfy(corrupt);
	});

	it('checks every chunk', async () => {
		const big = new Uint8Array(CHUNK_BYTES + 5).fill(7);
		const chunks = [await sha256(big.slice(0, CHUNK_BYTES)), await sha256(big.slice(CHUNK_BYTES))];
		const whole = { path: 'big.onnx', bytes: big.length, sha256: await sha256(big), chunks };
		const swapped = { ...whole, chunks: [chunks[0]!, chunks[0]!] };
		for (const content of [big, new Blob([big])]) {
			const passed: number[] = [];
			await expect(
				verifyFile(whole, content, (length) => passed.push(length))
			).resolves.toBeUndefined();
			expect(passed).toEqual([CHUNK_BYTES, 5]);
			await expect(verifyFile(swapped, content)).rejects.toSatisfy((error) =>
				isLuxError(error, 'pack-file-corrupt')
			);
		}
	});

	it('never reads more than a chunk of a Blob, and refuses one that cannot be read', async () => {
		const big = new Uint8Array(2 * CHUNK_BYTES + 1);
		const zeros = await sha256(big.subarray(0, CHUNK_BYTES));
		const chunks = [zeros, zeros, await sha256(Uint8Array.of(0))];
		const whole = { path: 'big.bin', bytes: big.length, sha256: '', chunks };
		const blob = new Blob([big]);
		const asked: number[] = [];
		const slice = blob.slice.bind(blob);
		blob.arrayBuffer = () => expect.unreachable('the whole file at once');
		blob.slice = (start = 0, end = 0) => {
			asked.push(end - start);
			return slice(start, end);
		};
		await verifyFile(whole, blob);
		expect(asked).toEqual([CHUNK_BYTES, CHUNK_BYTES, 1]);
		blob.slice = () => {
			const gone = new Blob([]);
			gone.arrayBuffer = () => Promise.reject(new DOMException('changed', 'NotReadableError'));
			return gone;
		};
		await expect(verifyFile(whole, blob)).rejects.toSatisfy(
			(error) => isLuxError(error, 'pack-file-corrupt') && error.params.file === 'big.bin'
		);
	});

	it('hashes like everybody else', async () => {
		expect(await sha256(new TextEncoder().encode('abc'))).toBe(
			'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
		);
	});
});

describe('verifyPack', async () => {
	const files = await Promise.all(
		original.files.map(async ({ path }) => ({ path, bytes: new Blob([await fileBytes(path)]) }))
	);

	it('gives the bytes under the manifest’s own hash', async () => {
		const seen: Progress[] = [];
		const verified = await verifyPack(encode(text), files, (progress) => seen.push(progress));
		expect(seen.at(-1)).toEqual({
			kind: 'check',
			file: original.files.at(-1)!.path,
			checked: original.totalBytes,
			total: original.totalBytes
		});
		expect(verified.hash).toBe(await sha256(encode(text)));
		expect([...verified.files.keys()]).toEqual(original.files.map(({ path }) => path));
	});

	it('leaves large weights where they are, and holds everything else', async () => {
		const big = new Uint8Array(CHUNK_BYTES + 1).fill(3);
		const chunks = [await sha256(big.slice(1)), await sha256(big.slice(0, 1))];
		const manifest = structuredClone(original);
		const entry = { bytes: big.length, sha256: await sha256(big), chunks };
		manifest.files.push({ path: 'd.bin', ...entry }, { path: 'words.txt', ...entry });
		manifest.totalBytes += 2 * big.length;
		manifest.graphs.denoiser.variants[0]!.externalData = ['d.bin'];
		const blob = new Blob([big]);
		const loaded = [
			...files,
			{ path: 'd.bin', bytes: blob },
			{ path: 'words.txt', bytes: new Blob([big]) }
		];
		const verified = await verifyPack(encode(manifest), loaded);
		expect(verified.files.get('d.bin')).toBe(blob);
		expect(verified.files.get('words.txt')).toBeInstanceOf(Uint8Array);
		expect(verified.files.get(original.files[0]!.path)).toBeInstanceOf(Uint8Array);
		big[CHUNK_BYTES]! ^= 1;
		loaded[loaded.length - 2] = { path: 'd.bin', bytes: new Blob([big]) };
		await expect(verifyPack(encode(manifest), loaded)).rejects.toSatisfy(
			(error) => isLuxError(error, 'pack-file-corrupt') && error.params.file === 'd.bin'
		);
	});

	it('refuses a missing file by name', async () => {
		await expect(verifyPack(encode(text), files.slice(1))).rejects.toSatisfy(
			(error) =>
				isLuxError(error, 'pack-file-corrupt') && error.params.file === original.files[0]!.path
		);
	});
});

describe('parseFaceManifest', () => {
	it('refuses other formats and paths that lead elsewhere', () => {
		const file = { path: 'detector.onnx', bytes: 3, sha256: '0'.repeat(64) };
		expect(parseFaceManifest(encode({ formatVersion: 1, files: [file] })).files).toEqual([file]);
		for (const bad of [
			'{',
			{ formatVersion: 2, files: [file] },
			{ formatVersion: 1, files: [{ ...file, path: '../detector.onnx' }] }
		])
			expect(() => parseFaceManifest(encode(bad))).toThrow(expect.toSatisfy(invalid));
	});
});
