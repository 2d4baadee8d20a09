/** One connection to the database, reopened when the browser takes it away. */
import { LuxError } from '$lib/contract/errors';
import { openDB, type IDBPDatabase } from 'idb';
import { toStorageError } from './failures';
import { DATABASE_NAME, DATABASE_VERSION, migrate, type LuxShotSchema } from './schema';

export type Database = IDBPDatabase<LuxShotSchema>;

export interface ConnectionOptions {
	/** Only tests use another name or version. */
	name?: string;
	version?: number;
	/** Another tab runs a newer LuxShot and needs the database; this tab has let go of it. */
	onSuperseded?: () => void;
}

export class Connection {
	#opening: Promise<Database> | null = null;
	#superseded = false;

	constructor(private readonly options: ConnectionOptions = {}) {}

	/**
	 * The open database. A failure is not remembered: the next call tries again.
	 * @throws LuxError `storage-blocked` while a tab with an older version holds the database or after a
	 *   newer one took it over; `storage-unavailable` where the browser refuses storage
	 */
	open(): Promise<Database> {
		if (this.#superseded) return Promise.reject(new LuxError('storage-blocked', {}));
		this.#opening ??= this.#connect().catch((error: unknown) => {
			this.#opening = null;
			throw toStorageError(error);
		});
		return this.#opening;
	}

	/** Lets go of the database; a later `open()` connects again. */
	async close(): Promise<void> {
		const opening = this.#opening;
		this.#opening = null;
		(await opening?.catch(() => null))?.close();
	}

	#connect(): Promise<Database> {
		return new Promise<Database>((resolve, reject) => {
			let abandoned = false;
			openDB<LuxShotSchema>(
				this.options.name ?? DATABASE_NAME,
				this.options.version ?? DATABASE_VERSION,
				{
					upgrade: (database, oldVersion, _newVersion, transaction) =>
						migrate(database, oldVersion, transaction),
					blocked: () => {
						// The request stays pending until the other tab closes; nobody should wait for that unseen.
						abandoned = true;
						reject(new LuxError('storage-blocked', {}));
					},
					blocking: (_current, _wanted, event) => {
						// Holding on would block the other tab's migration, and with it the person's photos.
						(event.target as IDBDatabase).close();
						this.#opening = null;
						this.#superseded = true;
						this.options.onSuperseded?.();
					},
					terminated: () => {
						this.#opening = null;
					}
				}
			).then(
				(database) => (abandoned ? database.close() : resolve(database)),
				(error: unknown) => reject(error)
			);
		});
	}
}
