/** Everything the app asks of storage. Each write is one transaction that has ended when the call returns. */
import type { IDBPObjectStore, IDBPTransaction } from 'idb';
import { Connection, type ConnectionOptions } from './connection';
import { guarded } from './failures';
import type {
	FrameRecord,
	LuxShotSchema,
	OwnShootRecord,
	ReferenceRecord,
	ShootRecord,
	SitterRecord
} from './schema';

type Store = 'sitters' | 'references' | 'shoots' | 'frames' | 'ownShoots';
type Write<S extends Store[]> = IDBPTransaction<LuxShotSchema, S, 'readwrite'>;

/** What lies in the bin: whole shoots with all their frames, and single frames of shoots that are not in it. */
export interface BinContents {
	shoots: { shoot: ShootRecord; frames: FrameRecord[] }[];
	frames: { shoot: ShootRecord; frame: FrameRecord }[];
}

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

	/** What a new pack reads in a kept photograph. Nothing happens to one that was removed meanwhile. */
	amendReference(
		referenceId: string,
		change: Pick<ReferenceRecord, 'embedding' | 'skin' | 'packHash'>
	): Promise<void> {
		return this.#write(['references'], async (tx) => {
			const store = tx.objectStore('references');
			const reference = await store.get(referenceId);
			if (reference) await store.put({ ...reference, ...change });
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

	/** Adds a shoot or replaces the one with the same id; what is binned or erased of it stays so. */
	createShoot(shoot: ShootRecord): Promise<void> {
		return this.#write(['shoots'], (tx) => putShoot(tx.objectStore('shoots'), shoot));
	}

	/** Keeps a frame, and its shoot in case that could not be kept before. */
	addFrame(shoot: ShootRecord, frame: FrameRecord): Promise<void> {
		return this.#write(['shoots', 'frames'], async (tx) => {
			await putShoot(tx.objectStore('shoots'), shoot);
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

	/** One frame, in the bin or not; undefined when it is not kept. */
	readFrame(frameId: string): Promise<FrameRecord | undefined> {
		return this.#read((db) => db.get('frames', frameId));
	}

	/**
	 * Changes what a person decided about a frame; `undefined` takes a decision back. Nothing happens to a frame that is
	 * not kept, so a decision never brings one back that another tab has deleted.
	 */
	amendFrame(frameId: string, change: Pick<FrameRecord, 'mark' | 'binnedAt'>): Promise<void> {
		return this.#write(['frames'], async (tx) => {
			const store = tx.objectStore('frames');
			const frame = await store.get(frameId);
			if (frame) await store.put({ ...frame, ...change });
		});
	}

	/** Puts a shoot into the bin (`binnedAt`) or takes it out (`undefined`), or sets how its portraits are cropped. */
	amendShoot(
		shootId: string,
		change: Pick<ShootRecord, 'binnedAt'> | Pick<ShootRecord, 'crop'>
	): Promise<void> {
		return this.#write(['shoots'], async (tx) => {
			const store = tx.objectStore('shoots');
			const shoot = await store.get(shootId);
			if (shoot) await store.put({ ...shoot, ...change });
		});
	}

	/** Reads the whole bin, last binned first. Frames outside it are not looked at. */
	readBin(): Promise<BinContents> {
		return this.#read(async (db) => {
			const tx = db.transaction(['shoots', 'frames']);
			const [allShoots, allFrames] = [tx.objectStore('shoots'), tx.objectStore('frames')];
			const shoots: BinContents['shoots'] = [];
			for (const shoot of await allShoots.index('binnedAt').getAll()) {
				const frames = await allFrames.index('shootId').getAll(shoot.id);
				shoots.push({ shoot, frames: frames.toSorted((a, b) => a.index - b.index) });
			}
			const frames: BinContents['frames'] = [];
			for (const frame of await allFrames.index('binnedAt').getAll()) {
				const shoot = await allShoots.get(frame.shootId);
				// With its whole shoot in the bin it is listed there.
				if (shoot && shoot.binnedAt === undefined) frames.push({ shoot, frame });
			}
			// The indexes answer in the order of `binnedAt`.
			return { shoots: shoots.toReversed(), frames: frames.toReversed() };
		});
	}

	/**
	 * Deletes a frame for good. Its shoot remembers the index, so that the queue does not make it again; a shoot with
	 * nothing left goes with its last frame.
	 */
	eraseFrame(frameId: string): Promise<void> {
		return this.#write(['shoots', 'frames'], async (tx) => {
			const frame = await tx.objectStore('frames').get(frameId);
			if (!frame) return;
			await tx.objectStore('frames').delete(frameId);
			const shoots = tx.objectStore('shoots');
			const shoot = await shoots.get(frame.shootId);
			if (!shoot) return;
			const erased = [...new Set([...(shoot.erased ?? []), frame.index])];
			if (erased.length === shoot.count) await shoots.delete(shoot.id);
			else await shoots.put({ ...shoot, erased });
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

	/** Adds a person's own shoot or replaces the one with the same id. */
	saveOwnShoot(shoot: OwnShootRecord): Promise<void> {
		return this.#write(['ownShoots'], async (tx) => {
			await tx.objectStore('ownShoots').put(shoot);
		});
	}

	/** Oldest first. */
	listOwnShoots(): Promise<OwnShootRecord[]> {
		return this.#read((db) => db.getAllFromIndex('ownShoots', 'createdAt'));
	}

	removeOwnShoot(id: string): Promise<void> {
		return this.#write(['ownShoots'], async (tx) => {
			await tx.objectStore('ownShoots').delete(id);
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

/**
 * The queue writes a shoot as it knows it; what was binned, erased, cropped or taken again of it meanwhile, in any tab,
 * holds.
 */
async function putShoot(
	store: Pick<IDBPObjectStore<LuxShotSchema, ['shoots'], 'shoots', 'readwrite'>, 'get' | 'put'>,
	shoot: ShootRecord
): Promise<void> {
	const kept = await store.get(shoot.id);
	if (!kept) return void (await store.put(shoot));
	const longer = kept.count > shoot.count ? { count: kept.count, plan: kept.plan } : {};
	await store.put({
		...shoot,
		...longer,
		binnedAt: kept.binnedAt,
		erased: kept.erased ?? shoot.erased,
		...(kept.crop && { crop: kept.crop })
	});
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
