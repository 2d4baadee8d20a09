import type { AssemblyRecipe } from '$lib/contract/assembly-recipe';
import { isLuxError, toWireError } from '$lib/contract/errors';
import type { AssemblyProgress } from '$lib/contract/progress';
import { assemble, type Assembly } from '$workers/assembly/assemble';
import { blobReader, memoryReader, type RangeReader } from '$workers/assembly/bytes';
import type { PackFolder } from '$workers/assembly/folder';
import { listInstalled, readInstalled, verifyInstalled } from '$workers/assembly/installed';
import { PauseGate } from '$workers/assembly/pause-gate';
import { parseRecipe } from '$workers/assembly/recipe-check';
import { MemoryRoot } from '$workers/assembly/sink/memory';
import { ByteProgress } from '$workers/assembly/time-left';
import { describe, expect, it } from 'vitest';
import { safetensors } from './safetensors-file';
import { sha256, SOURCES, toyPack, type SourceId } from './toy-pack';

const { recipe, files } = toyPack();
const recipeHash = sha256(JSON.stringify(recipe));

async function run(root: MemoryRoot, changes: Partial<Assembly> = {}) {
	const folder = await root.open('toy');
	return assemble({
		recipe,
		recipeHash,
		open: async ({ id, path }) => memoryReader(path, SOURCES[id as SourceId]),
		folder,
		gate: new PauseGate(),
		signal: new AbortController().signal,
		onProgress: () => undefined,
		now: () => performance.now(),
		...changes
	});
}

async function codeOf(task: Promise<unknown>): Promise<string> {
	return task.then(
		() => 'done',
		(error: unknown) => toWireError(error).code
	);
}

describe('assemble', () => {
	it('gives the bytes that PyTorch, the forge and ONNX Runtime give, twice the same', async () => {
		const roots = [new MemoryRoot(), new MemoryRoot()];
		const results = [];
		for (const root of roots) results.push(await run(root));
		expect(results[0]).toEqual(results[1]);
		const folder = await roots[0]!.open('toy');
		for (const [path, expected] of files) {
			expect(await folder.read(path, 0, expected.length), path).toEqual(expected);
			expect(results[0]!.files.find((file) => file.path === path)!.sha256).toBe(sha256(expected));
		}
		expect(await listInstalled(roots[0]!)).toEqual(['toy']);
		await verifyInstalled(folder, (await readInstalled(folder))!);
	});

	it('also from files that a person chose', async () => {
		const result = await run(new MemoryRoot(), {
			open: async ({ id, path }) => blobReader(path, new Blob([SOURCES[id as SourceId].slice()]))
		});
		expect(result.files).toHaveLength(2);
	});

	it('reads one tensor at a time and none twice, and never more than the largest weight needs', async () => {
		const reads: number[] = [];
		let held = 0;
		let peak = 0;
		const watched = (reader: RangeReader): RangeReader => ({
			...reader,
			async read(offset, length, signal) {
				reads.push(length);
				held += length;
				peak = Math.max(peak, held);
				return reader.read(offset, length, signal);
			}
		});
		const root = new MemoryRoot();
		const folder = await root.open('toy');
		const watchedFolder: PackFolder = {
			...folder,
			write: (path, offset, bytes) => {
				held = 0;
				return folder.write(path, offset, bytes);
			}
		};
		const unet = recipe.sources[0]!;
		const only: AssemblyRecipe = {
			...recipe,
			sources: [{ ...unet, unused: [...unet.unused, 'linear', 'norm'] }],
			weights: recipe.weights.filter((w) => w.inputs.every(({ source }) => source === 'unet'))
		};
		// Headers are read before the first write.
		const header = new DataView(SOURCES.unet.buffer).getUint32(0, true) + 8;
		held = -header;
		await run(root, {
			recipe: only,
			folder: watchedFolder,
			open: async ({ path }) => watched(memoryReader(path, SOURCES.unet))
		});
		expect(reads.length).toBe(2 + 3);
		expect(peak).toBe(5 * 80 * 4);
	});

	it('ended anywhere it leaves nothing visible, and goes on to the same bytes', async () => {
		const whole = await run(new MemoryRoot());
		for (let after = 1; after <= 6; after++) {
			const root = new MemoryRoot();
			const controller = new AbortController();
			let steps = 0;
			const stopped = run(root, {
				signal: controller.signal,
				onProgress: ({ phase }) => {
					if (phase === 'assemble' && ++steps === after) controller.abort();
				}
			});
			expect(await codeOf(stopped)).toBe('cancelled');
			expect(await listInstalled(root)).toEqual([]);
			const resumed: AssemblyProgress[] = [];
			const again = root.afterCrash();
			expect(await run(again, { onProgress: (p) => resumed.push(p) })).toEqual(whole);
			expect(resumed.filter(({ phase }) => phase === 'assemble')).toHaveLength(6 - after);
			expect(await listInstalled(again)).toEqual(['toy']);
		}
	});

	it('a crash at any write leaves the old state or the new one, never a half pack', async () => {
		const whole = await run(new MemoryRoot());
		for (let failAt = 1; ; failAt++) {
			const root = new MemoryRoot();
			const folder = await root.open('toy');
			let writes = 0;
			const dying: PackFolder = {
				...folder,
				async write(path, offset, bytes) {
					// The machine goes off in the middle of this write.
					if (++writes >= failAt) {
						await folder.write(path, offset, bytes.slice(0, bytes.length >> 1));
						await folder.flush();
						throw new Error('power');
					}
					await folder.write(path, offset, bytes);
				}
			};
			const died = await codeOf(run(root, { folder: dying }));
			if (died === 'done') break;
			const after = root.afterCrash();
			expect(await listInstalled(after)).toEqual([]);
			expect(await run(after)).toEqual(whole);
			expect(failAt).toBeLessThan(50);
		}
	});

	it('waits while it is paused, and can be stopped then', async () => {
		const gate = new PauseGate();
		const root = new MemoryRoot();
		let seen = 0;
		const running = run(root, {
			gate,
			onProgress: ({ phase }) => {
				if (phase === 'assemble' && ++seen === 2) gate.pause();
			}
		});
		await new Promise((resolve) => setTimeout(resolve, 50));
		expect(seen).toBe(2);
		gate.resume();
		await running;
		expect(seen).toBe(6);

		gate.pause();
		const controller = new AbortController();
		const stopped = codeOf(run(new MemoryRoot(), { gate, signal: controller.signal }));
		controller.abort();
		expect(await stopped).toBe('cancelled');
	});

	it('copies a whole file, ended anywhere too', async () => {
		const graph = Uint8Array.from({ length: 17 * 2 ** 20 }, (_, i) => (i * 31) >> 3);
		const source = { ...recipe.sources[0]!, id: 'graph', path: 'g.onnx', bytes: graph.length };
		const withCopy: AssemblyRecipe = parseRecipe(
			JSON.stringify({
				...recipe,
				sources: [...recipe.sources, { ...source, format: 'whole', unused: [] }],
				files: [...recipe.files, { path: 'face.onnx', bytes: graph.length, sha256: null }],
				copies: [{ source: 'graph', file: 'face.onnx' }]
			})
		);
		const open: Assembly['open'] = async ({ id, path }) =>
			memoryReader(path, id === 'graph' ? graph : SOURCES[id as SourceId]);
		const root = new MemoryRoot();
		const controller = new AbortController();
		const pieces: number[] = [];
		const onProgress = ({ phase, file, done }: AssemblyProgress) => {
			if (phase === 'assemble' && file === 'face.onnx' && pieces.push(done) === 2)
				controller.abort();
		};
		const stopped = run(root, { recipe: withCopy, open, signal: controller.signal, onProgress });
		expect(await codeOf(stopped)).toBe('cancelled');
		const again = root.afterCrash();
		const { files: made } = await run(again, { recipe: withCopy, open });
		const folder = await again.open('toy');
		expect(sha256(await folder.read('face.onnx', 0, graph.length))).toBe(sha256(graph));
		expect(made.at(-1)).toMatchObject({ path: 'face.onnx', sha256: sha256(graph) });

		const other = new MemoryRoot();
		const kept = await other.open('toy');
		const changing: PackFolder = {
			...kept,
			write: (path, offset, bytes) =>
				kept.write(path, offset, path === 'face.onnx' ? bytes.map((b) => b ^ 1) : bytes)
		};
		const task = run(other, { recipe: withCopy, open, folder: changing });
		expect(await codeOf(task)).toBe('assembly-corrupt');
	});

	it.each<[string, string, Partial<Assembly>]>([
		[
			'a source of other length',
			'source-wrong-size',
			{ open: async ({ path }) => memoryReader(path, new Uint8Array(9)) }
		],
		[
			'a promise that is not kept',
			'assembly-corrupt',
			{ recipe: { ...recipe, files: recipe.files.map((f) => ({ ...f, sha256: '0'.repeat(64) })) } }
		]
	])('%s gives %s and no pack', async (_, code, changes) => {
		const root = new MemoryRoot();
		expect(await codeOf(run(root, changes))).toBe(code);
		expect(await listInstalled(root)).toEqual([]);
	});

	it('numbers that are none are refused by name', async () => {
		const bytes = new Uint8Array(new Float32Array([1, NaN]).buffer);
		const wide = new Uint8Array(new Float32Array([1, 7e4]).buffer);
		for (const [data, problem] of [
			[bytes, 'not-finite'],
			[wide, 'out-of-range']
		] as const) {
			const file = safetensors(new Map([['w', { dtype: 'F32', shape: [2], bytes: data }]]));
			const small: AssemblyRecipe = {
				...recipe,
				sources: [{ ...recipe.sources[0]!, bytes: file.length, unused: [] }],
				files: [{ path: 'a', bytes: 4, sha256: null }],
				weights: [
					{
						inputs: [{ source: 'unet', tensor: 'w', dtype: 'F32', shape: [2], steps: [] }],
						combine: null,
						steps: [],
						encoding: { kind: 'cast', dtype: 'F16' },
						outputs: [{ part: 'values', initializer: 'w', file: 'a', offset: 0, bytes: 4 }]
					}
				]
			};
			const failed = run(new MemoryRoot(), {
				recipe: small,
				open: async () => memoryReader('x', file)
			});
			await expect(failed).rejects.toSatisfy(
				(error) => isLuxError(error, 'checkpoint-tensor-wrong') && error.params.problem === problem
			);
		}
	});

	it('a full disk says so and shows no pack', async () => {
		const tight = new MemoryRoot(400);
		expect(await codeOf(run(tight))).toBe('assembly-no-room');
		expect(await listInstalled(tight)).toEqual([]);
	});

	it('bytes that the disk changed are noticed, before and after the commit', async () => {
		const root = new MemoryRoot();
		const folder = await root.open('toy');
		const flip = async (path: string) => {
			const byte = await folder.read(path, 0, 1);
			await folder.write(path, 0, Uint8Array.from([byte[0]! ^ 1]));
		};
		let flipped = false;
		const rotting = codeOf(
			run(root, {
				folder: {
					...folder,
					async read(path, offset, length) {
						if (!flipped && path.startsWith('weights/')) {
							flipped = true;
							await flip('weights/b.bin');
						}
						return folder.read(path, offset, length);
					}
				}
			})
		);
		expect(await rotting).toBe('assembly-corrupt');
		expect(await listInstalled(root)).toEqual([]);
		const installed = await run(root);
		await flip('weights/a.bin');
		expect(await codeOf(verifyInstalled(folder, installed))).toBe('pack-file-corrupt');
		await flip('weights/a.bin');
		await folder.resize('weights/a.bin', 10);
		expect(await codeOf(verifyInstalled(folder, installed))).toBe('pack-file-corrupt');
	});
});

describe('ByteProgress', () => {
	it('knows the time left from the last seconds, not from what an earlier run did', () => {
		let time = 0;
		const seen: AssemblyProgress[] = [];
		const progress = new ByteProgress(
			'fetch',
			10_000,
			5_000,
			(p) => seen.push(p),
			() => time
		);
		const add = (bytes: number, milliseconds: number) => {
			time += milliseconds;
			progress.add(bytes, 'x');
			return seen.at(-1)!.secondsLeft;
		};
		expect(add(100, 500)).toBeNull();
		expect(add(100, 500)).toBeCloseTo(4800 / 200);
		for (let i = 0; i < 20; i++) add(100, 1000);
		expect(seen.at(-1)!.secondsLeft).toBeCloseTo(2800 / 100, 0);
		progress.restart();
		expect(add(100, 60_000)).toBeCloseTo((2700 * 60) / 100);
		expect(add(2700, 10)).toBe(0);
	});
});
