import 'fake-indexeddb/auto';
import { UNDIRECTED } from '$lib/direction/compile';
import { Repository } from '$lib/storage/repository';
import { openDB } from 'idb';
import { describe, expect, it } from 'vitest';

/** The database as the first release built it, written out: `migrate` must not be its own witness. */
async function firstRelease(name: string) {
	return openDB(name, 1, {
		upgrade: (database) => {
			for (const [store, index] of [
				['sitters', 'createdAt'],
				['references', 'sitterId'],
				['shoots', 'createdAt'],
				['frames', 'shootId']
			] as const)
				database.createObjectStore(store, { keyPath: 'id' }).createIndex(index, index);
		}
	});
}

const sitter = { id: 'a', name: 'Ines', kind: 'own', createdAt: 1 };
const reference = {
	id: 'r',
	sitterId: 'a',
	name: 'me.jpg',
	bytes: new Uint8Array([1, 2, 3]).buffer,
	embedding: new Float32Array([0.6, 0.8]),
	packHash: 'p',
	createdAt: 2
};
const shoot = {
	id: 'x',
	name: 'Directory',
	direction: UNDIRECTED,
	sitterId: 'a',
	sitterName: 'Ines',
	seed: 7,
	count: 2,
	identityStrength: 1,
	createdAt: 3,
	dropped: [1]
};
const frame = { id: 'x0', shootId: 'x', index: 0, bytes: new Uint8Array([137, 80]).buffer };

describe('a database of version 1', () => {
	it('is brought up to date with everything in it, and takes own shoots then', async () => {
		const old = await firstRelease('upgrade');
		for (const [store, value] of [
			['sitters', sitter],
			['references', reference],
			['shoots', shoot],
			['frames', frame]
		] as const)
			await old.put(store, value);
		old.close();

		const repo = new Repository({ name: 'upgrade' });
		expect(await repo.listSitters()).toEqual([sitter]);
		expect(await repo.referencesOf('a')).toEqual([reference]);
		expect(await repo.listShoots()).toEqual([shoot]);
		expect(await repo.framesOf('x')).toEqual([frame]);
		expect(await repo.listOwnShoots()).toEqual([]);
		const own = {
			id: 'o',
			name: 'Balcony',
			intent: 'editorial' as const,
			direction: UNDIRECTED,
			createdAt: 4
		};
		await repo.saveOwnShoot(own);
		await repo.close();

		const again = new Repository({ name: 'upgrade' });
		expect(await again.listOwnShoots()).toEqual([own]);
		expect(await again.listShoots()).toEqual([shoot]);
		await again.close();
	});
});

/** The database as the second release built it. */
async function secondRelease(name: string) {
	(await firstRelease(name)).close();
	return openDB(name, 2, {
		upgrade: (database) =>
			void database
				.createObjectStore('ownShoots', { keyPath: 'id' })
				.createIndex('createdAt', 'createdAt')
	});
}

describe('a database of version 2', () => {
	it('finds what lay in its bin already, and nothing else', async () => {
		const old = await secondRelease('upgrade-2');
		const kept = { ...frame, id: 'x1', index: 1 };
		const binned = { ...frame, binnedAt: 20 };
		const gone = { ...shoot, id: 'y', binnedAt: 10 };
		// Its own frame is in the bin as well: it belongs to the whole shoot there.
		const inside = { ...frame, id: 'y0', shootId: 'y', binnedAt: 9 };
		const own = {
			id: 'o',
			name: 'Balcony',
			intent: 'editorial',
			direction: UNDIRECTED,
			createdAt: 4
		};
		for (const [store, value] of [
			['shoots', shoot],
			['shoots', gone],
			['frames', binned],
			['frames', kept],
			['frames', inside],
			['ownShoots', own]
		] as const)
			await old.put(store, value);
		old.close();

		const repo = new Repository({ name: 'upgrade-2' });
		expect(await repo.readBin()).toEqual({
			shoots: [{ shoot: gone, frames: [inside] }],
			frames: [{ shoot, frame: binned }]
		});
		expect(await repo.framesOf('x')).toEqual([binned, kept]);
		expect(await repo.listOwnShoots()).toEqual([own]);

		await repo.amendFrame('x0', { binnedAt: undefined });
		await repo.amendFrame('x1', { binnedAt: 30 });
		await repo.amendShoot('y', { binnedAt: undefined });
		const after = await repo.readBin();
		expect(after.shoots).toEqual([]);
		expect(after.frames.map(({ frame }) => frame.id)).toEqual(['x1', 'y0']);
		await repo.close();
	});
});
