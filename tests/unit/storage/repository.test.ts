import 'fake-indexeddb/auto';
import { DATABASE_VERSION, migrate, type LuxShotSchema } from '$lib/storage/schema';
import { openDB } from 'idb';
import { describe, expect, it, vi } from 'vitest';
import { frame, reference, repositories, shoot, sitter } from './records';

const repository = repositories();

describe('schema', () => {
	it('builds every store and index from nothing', async () => {
		const db = await openDB<LuxShotSchema>('ladder', DATABASE_VERSION, {
			upgrade: (database, oldVersion, _newVersion, transaction) => {
				expect(oldVersion).toBe(0);
				migrate(database, oldVersion, transaction);
			}
		});
		expect([...db.objectStoreNames]).toEqual([
			'frames',
			'ownShoots',
			'references',
			'shoots',
			'sitters'
		]);
		const tx = db.transaction(['sitters', 'references', 'shoots', 'frames']);
		expect([...tx.objectStore('references').indexNames]).toEqual(['sitterId']);
		expect([...tx.objectStore('frames').indexNames]).toEqual(['binnedAt', 'shootId']);
		expect([...tx.objectStore('shoots').indexNames]).toEqual(['binnedAt', 'createdAt']);
		db.close();
	});

	it('touches nothing when the database is already at this version', async () => {
		const first = repository('same-version');
		await first.saveSitter(sitter('a'));
		await first.close();
		const db = await openDB<LuxShotSchema>('same-version', DATABASE_VERSION, {
			upgrade: () => expect.unreachable('no migration is due')
		});
		expect(await db.count('sitters')).toBe(1);
		db.close();
	});
});

describe('repository', () => {
	it('finds everything again after reopening, byte for byte', async () => {
		const first = repository('reopen');
		await first.addReference(sitter('a'), reference('r', 'a'));
		await first.createShoot(shoot('x'));
		await first.addFrame(shoot('x'), frame('x1', 'x', 1));
		await first.addFrame(shoot('x'), frame('x0', 'x', 0));
		await first.close();

		const second = repository('reopen');
		expect(await second.listSitters()).toEqual([sitter('a')]);
		const [kept] = await second.referencesOf('a');
		expect(new Uint8Array(kept!.bytes)).toEqual(new Uint8Array([1, 2, 3, 1]));
		expect(kept!.embedding).toEqual(new Float32Array([0.6, 0.8]));
		const frames = await second.framesOf('x');
		expect(frames.map(({ id }) => id)).toEqual(['x0', 'x1']);
		expect(new Uint8Array(frames[1]!.bytes)).toEqual(new Uint8Array([137, 80, 1]));
	});

	it('keeps a decision about a frame and leaves its bytes alone', async () => {
		const repo = repository('mark');
		await repo.addFrame(shoot('x'), frame('x0', 'x', 0));
		await repo.amendFrame('x0', { mark: 'favourite' });
		await repo.amendFrame('gone', { mark: 'rejected' });
		const [kept, ...others] = await repo.framesOf('x');
		expect(kept).toEqual({ ...frame('x0', 'x', 0), mark: 'favourite' });
		expect(new Uint8Array(kept!.bytes)).toEqual(new Uint8Array([137, 80, 0]));
		expect(others).toEqual([]);
		await repo.amendFrame('x0', { mark: undefined });
		expect((await repo.framesOf('x'))[0]!.mark).toBeUndefined();
	});

	it('keeps a binned frame byte for byte, lists it, and takes it out again', async () => {
		const repo = repository('bin');
		await repo.addFrame(shoot('x'), frame('x0', 'x', 0));
		await repo.addFrame(shoot('x'), frame('x1', 'x', 1));
		await repo.addFrame(shoot('y'), frame('y0', 'y', 0));
		await repo.amendFrame('x1', { binnedAt: 10 });
		await repo.amendFrame('y0', { binnedAt: 15 });
		await repo.amendShoot('y', { binnedAt: 20 });
		const { shoots, frames } = await repo.readBin();
		expect(shoots.map(({ shoot }) => shoot.id)).toEqual(['y']);
		expect(shoots[0]!.frames.map(({ id }) => id)).toEqual(['y0']);
		// A frame goes with its shoot: it is not listed twice.
		expect(frames.map(({ frame, shoot }) => [frame.id, shoot.id])).toEqual([['x1', 'x']]);
		expect(new Uint8Array(frames[0]!.frame.bytes)).toEqual(new Uint8Array([137, 80, 1]));
		await repo.amendFrame('x1', { binnedAt: undefined });
		await repo.amendShoot('y', { binnedAt: undefined });
		const after = await repo.readBin();
		expect(after.shoots).toEqual([]);
		expect(after.frames.map(({ frame }) => frame.id)).toEqual(['y0']);
	});

	it('deletes a frame for good: no byte of it is left, and the queue is told', async () => {
		const repo = repository('erase');
		await repo.addFrame(shoot('x'), frame('x0', 'x', 0));
		await repo.addFrame(shoot('x'), frame('x1', 'x', 1));
		await repo.eraseFrame('x1');
		await repo.eraseFrame('x1');
		const db = await openDB<LuxShotSchema>('erase', DATABASE_VERSION);
		const left = await db.getAll('frames');
		expect(left.map(({ id }) => id)).toEqual(['x0']);
		expect(left.some(({ bytes }) => new Uint8Array(bytes)[2] === 1)).toBe(false);
		expect((await repo.listShoots())[0]!.erased).toEqual([1]);
		// The last frame takes its shoot along.
		await repo.eraseFrame('x0');
		expect(await repo.listShoots()).toEqual([]);
		expect(await db.count('frames')).toBe(0);
		expect(await db.count('shoots')).toBe(0);
		db.close();
	});

	it('holds what was binned or erased while the queue writes the shoot as it knew it', async () => {
		const repo = repository('merge');
		await repo.addFrame(shoot('x'), frame('x0', 'x', 0));
		await repo.eraseFrame('x0');
		await repo.amendShoot('x', { binnedAt: 30 });
		await repo.addFrame({ ...shoot('x'), dropped: [] }, frame('x1', 'x', 1));
		await repo.createShoot(shoot('x'));
		expect((await repo.listShoots())[0]).toMatchObject({ binnedAt: 30, erased: [0] });
	});

	it('deletes the references of a removed sitter and no others', async () => {
		const repo = repository('remove');
		await repo.addReference(sitter('a'), reference('r1', 'a'));
		await repo.addReference(sitter('a'), reference('r2', 'a'));
		await repo.addReference(sitter('b'), reference('r3', 'b'));
		await repo.addFrame(shoot('x'), frame('x0', 'x', 0));
		await repo.removeSitter('a');
		expect((await repo.listSitters()).map(({ id }) => id)).toEqual(['b']);
		expect(await repo.referencesOf('a')).toEqual([]);
		expect(await repo.referencesOf('b')).toHaveLength(1);
		expect(await repo.framesOf('x')).toHaveLength(1);
	});

	it('writes what a new pack read, and brings no deleted photograph back', async () => {
		const repo = repository('reread');
		await repo.addReference(sitter('a'), reference('r1', 'a'));
		const change = {
			embedding: Float32Array.of(0, 1),
			skin: { angle: 30, lightness: 60 },
			packHash: 'new'
		};
		await repo.amendReference('r1', change);
		expect(await repo.referencesOf('a')).toMatchObject([{ id: 'r1', ...change }]);
		await repo.removeSitter('a');
		await repo.amendReference('r1', change);
		expect(await repo.referencesOf('a')).toEqual([]);
	});

	it('lists shoots newest first and stops at the limit', async () => {
		const repo = repository('order');
		for (const [id, at] of [
			['old', 1],
			['new', 3],
			['mid', 2]
		] as const)
			await repo.createShoot(shoot(id, at));
		expect((await repo.listShoots()).map(({ id }) => id)).toEqual(['new', 'mid', 'old']);
		expect((await repo.listShoots(2)).map(({ id }) => id)).toEqual(['new', 'mid']);
	});

	it('keeps the shoot of a frame even when the shoot itself was never written', async () => {
		const repo = repository('orphan');
		await repo.addFrame(shoot('x'), frame('x0', 'x', 0));
		expect((await repo.listShoots()).map(({ id }) => id)).toEqual(['x']);
		await repo.removeShoot('x');
		expect(await repo.listShoots()).toEqual([]);
		expect(await repo.framesOf('x')).toEqual([]);
	});

	it('asks the disk for strict durability on every write', async () => {
		const repo = repository('durability');
		const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction');
		await repo.addFrame(shoot('x'), frame('x0', 'x', 0));
		expect(transaction).toHaveBeenCalledWith(['shoots', 'frames'], 'readwrite', {
			durability: 'strict'
		});
	});
});
