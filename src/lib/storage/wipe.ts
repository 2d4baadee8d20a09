/** Everything that LuxShot keeps on a device: finding it, and deleting it. Browser only. */
import { LuxError } from '$lib/contract/errors';
import { deleteDB } from 'idb';
import { guarded } from './failures';
import { DATABASE_NAME } from './schema';

/** Other apps may live on the same origin, under other paths: theirs is never touched. */
const OWN = /^luxshot($|-)/;
/** Where packs lie in the origin's private files. */
const OWN_FILES = /^(packs|luxshot.*)$/;

/** Names of what is kept; all empty when nothing is. */
export type Kept = {
	databases: string[];
	caches: string[];
	/** Of localStorage and sessionStorage. */
	keys: string[];
	/** Folders and files of the origin's private file system. */
	files: string[];
	/** Scopes of service workers. */
	workers: string[];
};

/** @param also a database that tests use instead */
export async function kept(root: string, also?: string): Promise<Kept> {
	return {
		databases: (await databaseNames()).filter((name) => OWN.test(name) || name === also),
		caches: (await cacheNames()).filter((name) => OWN.test(name)),
		keys: stores().flatMap((store) => Object.keys(store).filter((key) => OWN.test(key))),
		files: (await fileNames()).filter((name) => OWN_FILES.test(name)),
		workers: (await registrations(root)).map(({ scope }) => scope)
	};
}

/**
 * Deletes all of it. Connections of this page have to be closed before; those of other tabs let go by themselves.
 *
 * @param root absolute URL of the app
 * @returns what is still there afterwards: the proof
 * @throws LuxError `storage-blocked` while another tab holds on, `storage-unavailable`
 */
export function wipe(root: string, also?: string): Promise<Kept> {
	return guarded(async () => {
		// First, so that nothing is kept again behind our back.
		for (const registration of await registrations(root)) await registration.unregister();
		const { databases, caches: names, files } = await kept(root, also);
		for (const name of databases) await dropDatabase(name);
		for (const name of names) await caches.delete(name);
		for (const store of stores())
			for (const key of Object.keys(store)) if (OWN.test(key)) store.removeItem(key);
		if (files.length > 0) {
			const folder = await navigator.storage.getDirectory();
			for (const name of files) await folder.removeEntry(name, { recursive: true });
		}
		return kept(root, also);
	});
}

function dropDatabase(name: string): Promise<void> {
	return new Promise((resolve, reject) => {
		deleteDB(name, { blocked: () => reject(new LuxError('storage-blocked', {})) }).then(
			resolve,
			reject
		);
	});
}

/** Where the browser cannot list them, ours is asked for by name. */
async function databaseNames(): Promise<string[]> {
	if (!('databases' in indexedDB)) return [DATABASE_NAME];
	return (await indexedDB.databases()).flatMap(({ name }) => name ?? []);
}

const cacheNames = (): Promise<string[]> =>
	'caches' in globalThis ? caches.keys() : Promise.resolve([]);

/** Reading the property alone throws where the browser keeps nothing. */
function stores(): Storage[] {
	try {
		return [localStorage, sessionStorage];
	} catch {
		return [];
	}
}

async function fileNames(): Promise<string[]> {
	const folder = await navigator.storage?.getDirectory?.().catch(() => null);
	const names: string[] = [];
	if (folder) for await (const name of folder.keys()) names.push(name);
	return names;
}

async function registrations(root: string): Promise<readonly ServiceWorkerRegistration[]> {
	const all = (await navigator.serviceWorker?.getRegistrations().catch(() => [])) ?? [];
	return all.filter(({ scope }) => scope === root);
}
