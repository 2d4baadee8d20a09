/** A pack whose bytes match its manifest: small files in memory, large graphs and weights where they are. */
import { LuxError } from '$lib/contract/errors';
import { CHUNK_BYTES, type PackManifest } from '$lib/contract/manifest';
import type { ProgressListener } from '$lib/contract/progress';
import type { LoadedFile } from '$lib/contract/worker-api';
import { parseManifest, verifyFile } from './pack-verify';
import { sha256 } from './sha256';

/** A Blob is a large file that is read again whenever a graph is opened. */
export type FileContent = Uint8Array<ArrayBuffer> | Blob;

/** Bytes that match their manifest. Nothing else is ever given to `openPack`. */
export interface VerifiedPack {
	/** sha256 of the manifest bytes, hex. */
	hash: string;
	manifest: PackManifest;
	/** By manifest path. Graphs and weights of more than a chunk are Blobs; everything else is bytes. */
	files: ReadonlyMap<string, FileContent>;
}

/**
 * @param onProgress Told of every chunk that passed.
 * @throws LuxError `pack-manifest-invalid`, `pack-file-corrupt` (also for a file that is not there)
 */
export async function verifyPack(
	manifestBytes: ArrayBuffer,
	loaded: readonly LoadedFile[],
	onProgress: ProgressListener = () => undefined
): Promise<VerifiedPack> {
	const manifest = parseManifest(manifestBytes);
	const opened = openedPaths(manifest);
	const byPath = new Map(loaded.map(({ path, bytes }) => [path, bytes]));
	const files = new Map<string, FileContent>();
	let checked = 0;
	for (const entry of manifest.files) {
		const { path } = entry;
		const blob = byPath.get(path);
		// The length first: what is too long is not read.
		if (blob?.size !== entry.bytes) throw new LuxError('pack-file-corrupt', { file: path });
		const large = opened.has(path) && entry.bytes > CHUNK_BYTES;
		const content = large ? blob : await readWhole(path, blob);
		await verifyFile(entry, content, (bytes) => {
			checked += bytes;
			onProgress({ kind: 'check', file: path, checked, total: manifest.totalBytes });
		});
		files.set(path, content);
	}
	return { hash: await sha256(manifestBytes), manifest, files };
}

/** Files that are only needed while a graph is opened. */
function openedPaths({ graphs }: PackManifest): Set<string> {
	const variants = Object.values(graphs).flatMap((graph) => graph?.variants ?? []);
	return new Set(variants.flatMap(({ file, externalData }) => [file, ...externalData]));
}

/** @throws LuxError `pack-file-corrupt` for a file that cannot be read */
export async function readWhole(file: string, blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
	try {
		return new Uint8Array(await blob.arrayBuffer());
	} catch (cause) {
		throw new LuxError('pack-file-corrupt', { file }, { cause });
	}
}
