/** Graphs and words that the app brings: kept beside the weights, so that a pack needs nothing else later. */
import type { PackManifest } from '$lib/contract/manifest';
import { isLuxError } from '$lib/contract/errors';
import { verifyFile } from '$workers/runtime/pack-verify';
import type { PackFolder } from './folder';
import { verifyInstalled } from './installed';

type FileEntry = PackManifest['files'][number];

export interface Bringing {
	folder: PackFolder;
	/** Reads a file of the app's pack directory, whole. */
	bring(path: string, signal: AbortSignal): Promise<ArrayBuffer>;
	signal: AbortSignal;
}

/**
 * What is there already, and right, is not read again.
 *
 * @throws LuxError `pack-file-corrupt` when a file is not what the manifest says, and whatever `bring` throws.
 */
export async function bringFiles(
	entries: readonly FileEntry[],
	{ folder, bring, signal }: Bringing
): Promise<void> {
	for (const entry of entries) {
		signal.throwIfAborted();
		if (await isThere(folder, entry)) continue;
		const bytes = new Uint8Array(await bring(entry.path, signal));
		await verifyFile(entry, bytes);
		await folder.resize(entry.path, entry.bytes);
		await folder.write(entry.path, 0, bytes);
	}
	await folder.flush();
}

async function isThere(folder: PackFolder, entry: FileEntry): Promise<boolean> {
	try {
		await verifyInstalled(folder, { files: [entry] });
		return true;
	} catch (error) {
		if (isLuxError(error, 'pack-file-corrupt')) return false;
		throw error;
	}
}
