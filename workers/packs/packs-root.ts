/** Where packs lie on this device. */
import { LuxError } from '$lib/contract/errors';
import { PACKS_FOLDER } from '$lib/contract/packs';
import type { PackRoot } from '$workers/assembly/folder';
import { opfsRoot } from '$workers/assembly/sink/opfs';

/**
 * Made if need be.
 *
 * @throws LuxError `storage-unavailable` where the browser keeps no private files.
 */
export function makePacksRoot(): Promise<PackRoot> {
	return stored(async (origin) =>
		opfsRoot(await origin.getDirectoryHandle(PACKS_FOLDER, { create: true }))
	);
}

/**
 * Null where nothing was ever kept: looking leaves no trace.
 *
 * @throws LuxError `storage-unavailable`
 */
export function findPacksRoot(): Promise<PackRoot | null> {
	return stored(async (origin) => {
		try {
			return opfsRoot(await origin.getDirectoryHandle(PACKS_FOLDER));
		} catch (error) {
			if (error instanceof DOMException && error.name === 'NotFoundError') return null;
			throw error;
		}
	});
}

/** After the last pack its folder goes, too. */
export async function dropEmptyRoot(): Promise<void> {
	const root = await findPacksRoot();
	if (!root || (await root.list()).length > 0) return;
	await stored((origin) => origin.removeEntry(PACKS_FOLDER));
}

async function stored<T>(task: (origin: FileSystemDirectoryHandle) => Promise<T>): Promise<T> {
	try {
		return await task(await navigator.storage.getDirectory());
	} catch (cause) {
		throw new LuxError('storage-unavailable', { detail: String(cause) }, { cause });
	}
}
