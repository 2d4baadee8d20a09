/** Everything the app asks of storage. Each write is one transaction that has ended when the call returns. */
import type { IDBPTransaction } from 'idb';
import { Connection, type ConnectionOptions } from './connection';
import { guarded } from './failures';
import type {
	FrameRecord,
	LuxShotSchema,
	ReferenceRecord,
	ShootRecord,
	SitterRecord
} from './schema';

type Store = 'sitters' | 'references' | 'shoots' | 'frames';
type Write<S extends Store[]> = IDBPTransaction<LuxShotSchema, S, 'readwrite'>;

/** Photographs and frames must be on disk, not in a write cache, before the app says they are kept. */
const ON_DISK = { durability: 'strict' } as const;

/** Methods reject with `LuxError` codes `storage-full`, `storage-unavailable` or `storage-blocked`. */
export class Repository {
	readonly #connection: Connection;

	constructor(options: ConnectionOptions = {}) {
		this.#connection = new Connection(options);
	}

	close(): Promise<void> {
		return this.#connection.close();
	}

	/** Adds a sitter or replaces the one with the same id. */
	saveSitter(sitter: SitterRecord): Promise<void> {
		return this.#write(['sitters'], async (tx) => {
			await tx.objectStore('sitters').put(sitter);
		});
	}

	/** Oldest first. */
	listSitters(): Promise<SitterRecord[]> {
		return this.#read((db) => db.getAllFromIndex('sitters', 'createdAt'));
	}

	/** Removes a sitter with every reference and embedding. Frames already made stay. */
	removeSitter(sitterId: string): Promise<void> {
		return this.#write(['sitters', 'references'], async (tx) => {
			const references = tx.objectStore('references');
			const keys = await references.index('sitterId').getAllKeys(sitterId);
			await tx.objectStore('sitters').delete(sitterId);
			for (const key of keys) await references.delete(key);
		});
	}

	/**
	 * Adds a reference, or replaces the one with the same id, together with its sitter: neither is
	 * ever kept without the other.
	 */
	addReference(sitter: SitterRecord, reference: ReferenceRecord): Promise<void> {
		return this.#write(['sitters', 'references'], async (tx) => {
			await tx.objectStore('sitters').put(sitter);
			await tx.objectStore('references').put(reference);
		});
	}

	removeReference(referenceId: string): Promise<void> {
		return this.#write(['references'], async (tx) => {
			await tx.objectStore('references').delete(referenceId);
		});
	}

	/** References of one sitter, oldest first. */
	async referencesOf(sitterId: string): Promise<ReferenceRecord[]> {
		const found = await this.#read((db) => db.getAllFromIndex('references', 'sitterId', sitterId));
		return found.toSorted((a, b) => a.createdAt - b.createdAt);
	}

	createShoot(shoot: ShootRecord): Promise<void> {
		return this.#write(['shoots'], async (tx) => {
			await tx.objectStore('shoots').put(shoot);
		});
	}

	/** Keeps a frame, and its shoot in case that could not be kept before. */
	addFrame(shoot: ShootRecord, frame: FrameRecord): Promise<void> {
		return this.#write(['shoots', 'frames'], async (tx) => {
			await tx.objectStore('shoots').put(shoot);
			await tx.objectStore('frames').put(frame);
		});
	}

	/** Newest first, at most `limit`. */
	listShoots(limit = Number.POSITIVE_INFINITY): Promise<ShootRecord[]> {
		return this.#read(async (db) => {
			const shoots: ShootRecord[] = [];
			let cursor = await db.transaction('shoots').store.index('createdAt').openCursor(null, 'prev');
			while (cursor && shoots.length < limit) {
				shoots.push(cursor.value);
				cursor = await cursor.continue();
			}
			return shoots;
		});
	}

	/** Frames of one shoot in the order they were shot. */
	async framesOf(shootId: string): Promise<FrameRecord[]> {
		const found = await this.#read((db) => db.getAllFromIndex('frames', 'shootId', shootId));
		return found.toSorted((a, b) => a.index - b.index);
	}

	/**
	 * Changes what a person decided about a frame; `undefined` takes a decision back. Nothing happens to a frame that is
	 * not kept, so a decision never brings one back that another tab has deleted.
	 */
	amendFrame(frameId: string, change: Pick<FrameRecord, 'mark'>): Promise<void> {
		return this.#write(['frames'], async (tx) => {
			const store = tx.objectStore('frames');
			const frame = await store.get(frameId);
			if (frame) await store.put({ ...frame, ...change });
		});
	}

	removeFrame(frameId: string): Promise<void> {
		return this.#write(['frames'], async (tx) => {
			await tx.objectStore('frames').delete(frameId);
		});
	}

	/** Removes a shoot with its frames. */
	removeShoot(shootId: string): Promise<void> {
		return this.#write(['shoots', 'frames'], async (tx) => {
			const frames = tx.objectStore('frames');
			const keys = await frames.index('shootId').getAllKeys(shootId);
			await tx.objectStore('shoots').delete(shootId);
			for (const key of keys) await frames.delete(key);
		});
	}

	#read<T>(work: (db: Awaited<ReturnType<Connection['open']>>) => Promise<T>): Promise<T> {
		return guarded(async () => work(await this.#connection.open()));
	}

	#write<S extends Store[]>(stores: [...S], work: (tx: Write<S>) => Promise<void>): Promise<void> {
		return guarded(async () => {
			const db = await this.#connection.open();
			const tx = db.transaction(stores, 'readwrite', ON_DISK) as Write<S>;
			const [worked, ended] = await Promise.allSettled([
				work(tx).catch((error: unknown) => {
					abort(tx);
					throw error;
				}),
				tx.done
			]);
			// A request may succeed and its transaction still abort (quota): how it ended is the truth,
			// except where it only ended because `work` failed.
			if (ended.status === 'rejected' && !isAbort(ended.reason)) throw ended.reason;
			if (worked.status === 'rejected') throw worked.reason;
			if (ended.status === 'rejected') throw ended.reason;
		});
	}
}

/** Half a write is worse than none; a transaction that already ended cannot be aborted and need not be. */
function abort(tx: { abort(): void }): void {
	try {
		tx.abort();
	} catch (error) {
		if (!(error instanceof DOMException && error.name === 'InvalidStateError')) throw error;
	}
}

function isAbort(error: unknown): boolean {
	return error instanceof Error && error.name === 'AbortError';
}
