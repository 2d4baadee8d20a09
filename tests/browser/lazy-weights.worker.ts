/** Opens graphs whose weights lie in Blobs. In a worker, because nothing reads a Blob at once in a page. */
import { LuxError, toWireError } from '$lib/contract/errors';
import type { AnyGraphName, GraphVariant } from '$lib/contract/manifest';
import type { Progress } from '$lib/contract/progress';
import { expandedWeights } from '$workers/runtime/expanded-weights';
import { GraphShelf } from '$workers/runtime/graph-shelf';
import { LazyWeights } from '$workers/runtime/lazy-weights';
import { openPack } from '$workers/runtime/pack';
import { openSession, type SessionDevice, type WeightFile } from '$workers/runtime/session';
import type { VerifiedPack } from '$workers/runtime/verified-pack';
import { expectedOf, externalModel, WEIGHT_BYTES, weightOf, WIDTH } from './external-model';
import { assembledMicroClip, readClipGoldens } from './micro-clip';
import { difference, openTestGpu, startRuntime } from './micro-pack';

export interface Order {
	what: 'goldens' | 'mixed' | 'large' | 'scarce';
	build: 'jspi' | 'plain';
	device: 'wasm' | 'webgpu';
}

const MIB = 2 ** 20;
const COUNT = 3;
/** Enough that weights kept back once a round could not be mistaken for a heap in pieces. */
const ROUNDS = 8;
const FILE = 'external.weights';

/**
 * Every heap that is made from here on; the runtime's is one of them.
 *
 * @param limit None of them grows beyond this, pages of 64 KiB.
 * @returns What gives the size of the largest, MiB.
 */
function watchHeaps(limit = 65536): () => number {
	const heaps: WebAssembly.Memory[] = [];
	const { Memory } = WebAssembly;
	Object.assign(WebAssembly, {
		Memory: class extends Memory {
			constructor(descriptor: WebAssembly.MemoryDescriptor) {
				super({ ...descriptor, maximum: Math.min(limit, descriptor.maximum ?? limit) });
				heaps.push(this);
			}
		}
	});
	return () => Math.max(0, ...heaps.map(({ buffer }) => buffer.byteLength)) / MIB;
}

/** What the runtime asks lazy weights for, in order. */
function watchReads(): [start: number, end: number][] {
	const reads: [number, number][] = [];
	const { subarray } = LazyWeights.prototype;
	LazyWeights.prototype.subarray = function (this: LazyWeights, start = 0, end = 0) {
		reads.push([start, end]);
		return subarray.call(this, start, end);
	};
	return reads;
}

/** The micro pack with all weights in Blobs, and so little memory that no two groups are open together. */
async function goldens(device: SessionDevice, build: Order['build']) {
	const ort = await startRuntime(build);
	const [verified, golden] = [await assembledMicroClip('pack'), await readClipGoldens()];
	const files = new Map(verified.files);
	for (const [path, content] of files)
		if (path.endsWith('.weights')) files.set(path, new Blob([content]));
	const lazy: VerifiedPack = { ...verified, files };
	const atBoot: Progress[] = [];
	const pack = await openPack(ort, lazy, device, (progress) => atBoot.push(progress), 1);
	const opened: string[] = [];
	const worst: Record<string, number> = {};
	const allowed: Record<string, number> = {};
	const names = golden.graphs.map(({ graph }) => graph as AnyGraphName);
	await pack.reporting(
		(progress) => progress.kind === 'session' && opened.push(progress.graph),
		async () => {
			for (const name of [...names, ...names.slice().reverse()]) {
				const { inputs, outputs, tolerance } = golden.graphs.find(({ graph }) => graph === name)!;
				const actual = await pack.graphs[name]!.run(
					Object.fromEntries(
						Object.entries(inputs).map(([input, tensor]) => [input, golden.tensor(tensor)])
					)
				);
				for (const [output, tensor] of Object.entries(outputs))
					worst[name] = Math.max(
						worst[name] ?? 0,
						difference(actual[output]!.data, golden.tensor(tensor).data)
					);
				allowed[name] = tolerance;
			}
		}
	);
	await pack.dispose();
	return { names, worst, allowed, opened, atBoot: atBoot.length };
}

/** Int4 and int8 weights: each graph read in pieces against the same from memory, which another test holds against PyTorch. */
async function mixed(device: SessionDevice, build: Order['build']) {
	const ort = await startRuntime(build);
	const [verified, golden] = [await assembledMicroClip('pack-mixed'), await readClipGoldens()];
	const { manifest, files } = verified;
	const [{ file, externalData, expanded }] = manifest.graphs.denoiser.variants as [GraphVariant];
	const { inputs } = golden.graphs.find(({ graph }) => graph === 'denoiser')!;
	const feeds = Object.fromEntries(
		Object.entries(inputs).map(([input, tensor]) => [input, golden.tensor(tensor)])
	);
	const answers: ArrayLike<number>[] = [];
	for (const lazy of [false, true]) {
		const kept = new Map(files);
		if (lazy) for (const path of externalData) kept.set(path, new Blob([kept.get(path)!]));
		const weights = externalData.map((path): WeightFile => ({ path, content: kept.get(path)! }));
		weights.push(expandedWeights(expanded!, kept));
		const model = files.get(file) as Uint8Array;
		const graph = await openSession(ort, 'denoiser', model, device, weights);
		answers.push(Object.values(await graph.run(feeds))[0]!.data);
		await graph.release();
	}
	return { apart: difference(answers[1]!, answers[0]!) };
}

/** A heap of 512 MiB, 192 MiB of it taken, and 320 MiB wanted. */
async function scarce(device: SessionDevice, build: Order['build']) {
	watchHeaps(8192);
	const ort = await startRuntime(build);
	const content = new Blob([0, 1, 2, 3, 4].map(weightOf));
	const opened: string[] = [];
	const shelf = new GraphShelf({ kind: 'all' }, ({ name }) => {
		opened.push(name);
		const model = externalModel(FILE, name === 'denoiser' ? 5 : COUNT);
		return openSession(ort, name, model, device, [{ path: FILE, content }]);
	});
	const x = Float32Array.from({ length: WIDTH }, (_, i) => (i % 97) - 48);
	const variants = {
		textEncoder: { file: 'three' } as GraphVariant,
		denoiser: { file: 'five' } as GraphVariant
	};
	const worst: number[] = [];
	for (const [name, count] of [
		['textEncoder', COUNT],
		['denoiser', 5],
		['textEncoder', COUNT]
	] as const) {
		const { y } = await shelf
			.handle({ name, variant: variants[name] })
			.run({ x: { data: x, shape: [1, WIDTH] } });
		worst.push(difference(y!.data, expectedOf(x, count)));
	}
	await shelf.dispose();
	// More than the heap, whatever is released.
	const tooMuch: unknown = await openSession(ort, 'denoiser', externalModel(FILE, 9), device, [
		{ path: FILE, content: new Blob([content, content]) }
	]).catch(toWireError);
	return { opened, worst, tooMuch };
}

/** Weights of 192 MiB on the disk, opened and released again and again. */
async function large(device: SessionDevice, build: Order['build']) {
	const heap = watchHeaps();
	const reads = watchReads();
	const directory = await navigator.storage.getDirectory();
	const handle = await directory.getFileHandle(`lazy-${build}-${device.kind}`, { create: true });
	const disk = await handle.createSyncAccessHandle();
	for (let i = 0; i < COUNT; i++) disk.write(weightOf(i), { at: i * WEIGHT_BYTES });
	disk.close();
	const content = await handle.getFile();
	const ort = await startRuntime(build);
	const model = externalModel(FILE, COUNT);
	const x = Float32Array.from({ length: WIDTH }, (_, i) => (i % 97) - 48);
	const heaps: number[] = [];
	const milliseconds: number[] = [];
	let worst = 0;
	for (let round = 0; round < ROUNDS; round++) {
		const started = performance.now();
		const graph = await openSession(ort, 'denoiser', model, device, [{ path: FILE, content }]);
		milliseconds.push(Math.round(performance.now() - started));
		const { y } = await graph.run({ x: { data: x, shape: [1, WIDTH] } });
		worst = Math.max(worst, difference(y!.data, expectedOf(x, COUNT)));
		await graph.release();
		heaps.push(heap());
	}
	const firstReads = reads.slice(0, reads.length / ROUNDS);

	// Another file under the same name: the handle of before is a snapshot that is gone.
	const changed = await handle.createSyncAccessHandle();
	changed.truncate(10);
	changed.close();
	const gone: unknown = await openSession(ort, 'denoiser', model, device, [
		{ path: FILE, content }
	]).catch(toWireError);
	// And one that is too short for what the graph says.
	const short: unknown = await openSession(ort, 'denoiser', model, device, [
		{ path: FILE, content: new Blob([new Uint8Array(10)]) }
	]).catch(toWireError);
	await directory.removeEntry(handle.name);
	return { worst, heaps, milliseconds, reads: firstReads, gone, short };
}

async function run({ what, build, device: kind }: Order): Promise<unknown> {
	const task = { goldens, mixed, large, scarce }[what];
	if (kind === 'wasm') return task({ kind }, build);
	const { gpu, device } = await openTestGpu();
	try {
		return await task(device, build);
	} finally {
		gpu.dispose();
	}
}

onmessage = ({ data }: MessageEvent<Order>) => {
	run(data).then(postMessage, (error: unknown) => {
		const detail = error instanceof LuxError ? error.message : String((error as Error).stack);
		postMessage({ failed: detail });
	});
};
