/** A pack with a denoiser for each of two sizes: the second one is that of the quantised pack, so that the two can be told apart. */
import type { Progress } from '$lib/contract/progress';
import { isLuxError } from '$lib/contract/errors';
import type { GraphTensor } from '$workers/runtime/graph';
import type { Ort } from '$workers/runtime/ort';
import { openPack, type Pack } from '$workers/runtime/pack';
import { sha256 } from '$workers/runtime/sha256';
import { verifyPack, type VerifiedPack } from '$workers/runtime/verified-pack';
import { beforeAll, expect, it } from 'vitest';
import { assembledMicroClip, readClipGoldens, type ClipGoldens } from './micro-clip';
import { difference, startRuntime } from './micro-pack';

const NATIVE = { width: 64, height: 80 };
const WIDE = { width: 80, height: 64 };

/** Files of two packs in one, under a manifest that passes every check. */
async function twoSizes(): Promise<VerifiedPack> {
	const [plain, mixed] = [await assembledMicroClip('pack'), await assembledMicroClip('pack-mixed')];
	const manifest = structuredClone(plain.manifest);
	const [native] = manifest.graphs.denoiser.variants;
	const [wide] = mixed.manifest.graphs.denoiser.variants;
	const bytesOf = ({ files }: VerifiedPack, path: string) => files.get(path) as Uint8Array;
	const contents = new Map(
		plain.manifest.files.map(({ path }) => [path, bytesOf(plain, path).slice()])
	);
	// Both graphs call their weights by one name; this one's get another of the same length.
	const added = {
		'wide-one.onnx': renamed(bytesOf(mixed, wide!.file).slice(), 'denoiser.w', 'wide-one.w'),
		'wide-one.weights': bytesOf(mixed, wide!.externalData[0]!).slice(),
		'wide-one.json': renamed(bytesOf(mixed, wide!.expanded!).slice(), 'denoiser.w', 'wide-one.w')
	};
	for (const [path, bytes] of Object.entries(added)) {
		contents.set(path, bytes);
		const hash = await sha256(bytes);
		manifest.files.push({ path, bytes: bytes.length, sha256: hash, chunks: [hash] });
		manifest.totalBytes += bytes.length;
	}
	manifest.image.others = [WIDE];
	manifest.graphs.denoiser.variants = [
		{ ...native!, size: NATIVE },
		{
			...wide!,
			file: 'wide-one.onnx',
			externalData: ['wide-one.weights'],
			expanded: 'wide-one.json',
			size: WIDE
		}
	];
	return verifyPack(
		new TextEncoder().encode(JSON.stringify(manifest)).buffer,
		[...contents].map(([path, content]) => ({ path, bytes: new Blob([content]) }))
	);
}

/** Every `from` becomes `to`, which is as long. */
function renamed(bytes: Uint8Array<ArrayBuffer>, from: string, to: string): typeof bytes {
	const [was, is] = [from, to].map((text) => new TextEncoder().encode(text)) as [
		Uint8Array,
		Uint8Array
	];
	for (let at = 0; at + was.length <= bytes.length; at++)
		if (was.every((byte, i) => bytes[at + i] === byte)) bytes.set(is, at);
	return bytes;
}

let ort: Ort;
let verified: VerifiedPack;
let goldens: ClipGoldens;
beforeAll(async () => {
	[ort, verified, goldens] = await Promise.all([startRuntime(), twoSizes(), readClipGoldens()]);
});

/** How far a denoiser is from PyTorch's. */
async function distance(pack: Pack, size: { width: number; height: number }): Promise<number> {
	const golden = goldens.graphs.find(({ graph }) => graph === 'denoiser')!;
	const feeds = Object.fromEntries(
		Object.entries(golden.inputs).map(([input, name]): [string, GraphTensor] => [
			input,
			goldens.tensor(name)
		])
	);
	const [actual] = Object.values(await pack.graphsFor(size).denoiser.run(feeds));
	const [expected] = Object.values(golden.outputs);
	return difference(actual!.data, goldens.tensor(expected!).data);
}

it.each([
	// The native one was opened at boot, and both stay.
	['where everything fits', Infinity, 1, 1],
	// N, W, N, W
	['where nothing does', 1, 0, 4]
])('gives each size its own graph, %s', async (_, budget, before, opened) => {
	const atBoot: string[] = [];
	const seen: string[] = [];
	const note = (list: string[]) => (progress: Progress) => {
		if (progress.kind === 'session') list.push(progress.graph);
	};
	const pack = await openPack(ort, verified, { kind: 'wasm' }, note(atBoot), budget);
	try {
		expect(atBoot.filter((name) => name === 'denoiser')).toHaveLength(before);
		await pack.reporting(note(seen), async () => {
			const distances: number[] = [];
			for (const size of [NATIVE, WIDE, NATIVE, NATIVE, WIDE])
				distances.push(await distance(pack, size));
			const [native, wide] = distances as [number, number];
			expect(native).toBeLessThan(1e-3);
			expect(wide).toBeGreaterThan(1e-3);
			expect(distances).toEqual([native, wide, native, native, wide]);
		});
		expect(seen).toEqual(Array.from({ length: opened }, () => 'denoiser'));
		expect(pack.graphs).toBe(pack.graphsFor(NATIVE));
	} finally {
		await pack.dispose();
	}
});

it('has nothing for a size that it does not make', async () => {
	const pack = await openPack(ort, verified, { kind: 'wasm' }, () => undefined, 1);
	expect(() => pack.graphsFor({ width: 64, height: 64 })).toThrow(
		expect.toSatisfy((error) => isLuxError(error, 'request-invalid'))
	);
	await pack.dispose();
});
