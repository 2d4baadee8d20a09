import 'fake-indexeddb/auto';
import { isLuxError } from '$lib/contract/errors';
import { toStorageError } from '$lib/storage/failures';
import { DATABASE_VERSION, migrate } from '$lib/storage/schema';
import { openDB } from 'idb';
import { describe, expect, it, vi } from 'vitest';
import { frame, repositories, shoot, sitter } from './records';

const repository = repositories();

describe('failures', () => {
	it('names a full disk, whether the request or the transaction says so', async () => {
		const repo = repository('quota');
		await repo.saveSitter(sitter('a'));
		vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
			throw new DOMException('full', 'QuotaExceededError');
		});
		await expect(repo.addFrame(shoot('x'), frame('x0', 'x', 0))).rejects.toSatisfy((error) =>
			isLuxError(error, 'storage-full')
		);
		vi.restoreAllMocks();
		expect(await repo.framesOf('x')).toEqual([]);
		expect(await repo.listSitters()).toHaveLength(1);
	});

	it('leaves nothing behind of a write that failed half way', async () => {
		const repo = repository('half');
		const put = IDBObjectStore.prototype.put;
		vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
			this: IDBObjectStore,
			value
		) {
			if (this.name === 'frames') throw new DOMException('full', 'QuotaExceededError');
			return put.call(this, value);
		});
		await expect(repo.addFrame(shoot('x'), frame('x0', 'x', 0))).rejects.toSatisfy((error) =>
			isLuxError(error, 'storage-full')
		);
		vi.restoreAllMocks();
		expect(await repo.listShoots()).toEqual([]);
	});

	it('does not remember a failed opening', async () => {
		const repo = repository('flaky');
		const open = vi.spyOn(indexedDB, 'open').mockImplementationOnce(() => {
			throw new DOMException('no', 'SecurityError');
		});
		await expect(repo.listSitters()).rejects.toSatisfy((error) =>
			isLuxError(error, 'storage-unavailable')
		);
		open.mockRestore();
		expect(await repo.listSitters()).toEqual([]);
	});

	it('says so when an older tab holds the database, and works once that tab is gone', async () => {
		const older = await openDB('blocked', DATABASE_VERSION, {
			upgrade: (db, _old, _new, transaction) => migrate(db as never, 0, transaction as never)
		});
		const repo = repository('blocked', { version: DATABASE_VERSION + 1 });
		await expect(repo.listSitters()).rejects.toSatisfy((error) =>
			isLuxError(error, 'storage-blocked')
		);
		older.close();
		await vi.waitFor(async () => expect(await repo.listSitters()).toEqual([]));
	});

	it('lets go when a newer tab needs the database, and tells', async () => {
		const superseded = vi.fn();
		const repo = repository('superseded', { onSuperseded: superseded });
		await repo.saveSitter(sitter('a'));
		const newer = await openDB('superseded', DATABASE_VERSION + 1);
		expect(superseded).toHaveBeenCalledOnce();
		expect(await newer.count('sitters')).toBe(1);
		await expect(repo.listSitters()).rejects.toSatisfy((error) =>
			isLuxError(error, 'storage-blocked')
		);
		newer.close();
	});

	it('keeps codes that are already codes', () => {
		const known = toStorageError(new DOMException('x', 'QuotaExceededError'));
		expect(known.code).toBe('storage-full');
		expect(toStorageError(known)).toBe(known);
	});
});
