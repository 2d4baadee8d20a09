import { isLuxError, toWireError } from '$lib/contract/errors';
import { memoryReader } from '$workers/assembly/bytes';
import { PauseGate } from '$workers/assembly/pause-gate';
import { readAhead } from '$workers/assembly/read-ahead';
import { MemoryRoot } from '$workers/assembly/sink/memory';
import { readStaged, stageFile } from '$workers/assembly/stage';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from './toy-pack';

const MIB = 2 ** 20;
const bytes = new Uint8Array(20 * MIB).map((_, i) => i * 31 + (i >> 13));

/** Remembers where it was read; stops the signal at a given read. */
function source(stopAt = Infinity) {
	const controller = new AbortController();
	const offsets: number[] = [];
	const reader = memoryReader('big', bytes);
	return {
		offsets,
		signal: controller.signal,
		file: {
			...reader,
			etag: '"one"',
			async read(offset: number, length: number, signal?: AbortSignal) {
				offsets.push(offset / MIB);
				if (offsets.length === stopAt) controller.abort();
				return reader.read(offset, length, signal);
			}
		}
	};
}

describe('stageFile', () => {
	const stage = async (
		root: MemoryRoot,
		{ file, signal }: ReturnType<typeof source>,
		hash = sha256(bytes)
	) =>
		stageFile(file, {
			folder: await root.open('toy'),
			path: 'source-big.part',
			sha256: hash,
			gate: new PauseGate(),
			signal,
			onBytes: () => undefined
		});

	it('goes on behind what was flushed, and reads back what it fetched', async () => {
		const root = new MemoryRoot();
		const first = source(2);
		await expect(stage(root, first)).rejects.toSatisfy((e) => toWireError(e).code === 'cancelled');
		expect(first.offsets).toEqual([0, 8]);
		const after = root.afterCrash();
		expect(await readStaged(await after.open('toy'), 'source-big.part')).toMatchObject({
			etag: '"one"',
			fetched: 8 * MIB
		});
		const second = source();
		const local = await stage(after, second);
		expect(second.offsets).toEqual([8, 16]);
		// Compared by hash: a matcher takes minutes over 20 million elements.
		expect(sha256(await local.read(0, bytes.length))).toBe(sha256(bytes));
	});

	it('starts over for another file, and does not believe a state without its bytes', async () => {
		const root = new MemoryRoot();
		await stage(root, source(2)).catch(() => undefined);
		const other = source();
		const failed = stage(root, other, '0'.repeat(64));
		await expect(failed).rejects.toSatisfy((e) => isLuxError(e, 'source-wrong-hash'));
		expect(other.offsets).toEqual([0, 8, 16]);
		const folder = await root.open('toy');
		expect(await folder.size('source-big.part')).toBeNull();

		await stage(root, source(2)).catch(() => undefined);
		await folder.resize('source-big.part', 5);
		const again = source();
		await stage(root, again);
		expect(again.offsets).toEqual([0, 8, 16]);
	});

	it('notices a bit that changed on the disk between two sessions', async () => {
		const root = new MemoryRoot();
		await stage(root, source(2)).catch(() => undefined);
		const folder = await root.open('toy');
		await folder.write('source-big.part', 77, Uint8Array.of(bytes[77]! ^ 1));
		await expect(stage(root, source())).rejects.toSatisfy((e) =>
			isLuxError(e, 'source-wrong-hash')
		);
	});
});

describe('readAhead', () => {
	it('gives the same bytes as without it, and asks less often', async () => {
		const small = bytes.slice(0, 1000);
		const reads = fc.array(fc.tuple(fc.nat(999), fc.integer({ min: 1, max: 200 })), {
			maxLength: 30
		});
		await fc.assert(
			fc.asyncProperty(reads, async (list) => {
				const plain = memoryReader('x', small);
				const ahead = readAhead(plain, 128);
				for (const [offset, length] of list) {
					const fits = Math.min(length, 1000 - offset);
					expect(await ahead.read(offset, fits)).toEqual(small.slice(offset, offset + fits));
				}
			})
		);
		let asked = 0;
		const counted = readAhead(
			{
				...memoryReader('x', small),
				read: async (offset, length) => (asked++, small.slice(offset, offset + length))
			},
			100
		);
		for (let at = 0; at < 1000; at += 10) await counted.read(at, 10);
		expect(asked).toBe(10);
	});
});
