/** Where packs lie on this device. */
import { LuxError } from '$lib/contract/errors';
import { PACKS_FOLDER } from '$lib/contract/packs';
import type { PackRoot } from '$workers/assembly/folder';
import { opfsRoot } from '$workers/assembly/sink/opfs';

/** @throws LuxError `storage-unavailable` where the browser keeps no private files. */
export async function packsRoot(): Promise<PackRoot> {
	try {
		const origin = await navigator.storage.getDirectory();
		return opfsRoot(await origin.getDirectoryHandle(PACKS_FOLDER, { create: true }));
	} catch (cause) {
		throw new LuxError('storage-unavailable', { detail: String(cause) }, { cause });
	}
}
