/** Reads a pack of this device for booting: handles on its files, nothing is copied. */
import { LuxError } from '$lib/contract/errors';
import { KEPT_PREFIX } from '$lib/contract/packs';
import type { LoadedFile } from '$lib/contract/worker-api';
import { openKept } from '$workers/assembly/kept';
import type { PackFiles } from '$workers/runtime/read-pack';
import { findPacksRoot } from './packs-root';

/**
 * @param pack `opfs:` and the folder's name.
 * @throws LuxError `pack-not-kept` when it is not here or not whole, `pack-file-corrupt` when a file is missing. Contents
 *   are checked by the portrait worker, like those of every pack.
 */
export async function readKept(pack: string): Promise<PackFiles> {
	const folder = pack.slice(KEPT_PREFIX.length);
	const root = await findPacksRoot();
	if (!root) throw new LuxError('pack-not-kept', {});
	const { view, manifest, manifestBytes } = await openKept(root, folder);
	const files: LoadedFile[] = [];
	for (const { path, bytes } of manifest.files) {
		const blob = await view.file(path);
		if (blob?.size !== bytes) throw new LuxError('pack-file-corrupt', { file: path });
		files.push({ path, bytes: blob });
	}
	return { manifestBytes: manifestBytes.buffer, files };
}
