/** A pack whose bytes match its manifest: small files in memory, large weights where they are. */
import { LuxError } from '$lib/contract/errors';
import { CHUNK_BYTES, type PackManifest } from '$lib/contract/manifest';
import type { ProgressListener } from '$lib/contract/progress';
import type { LoadedFile } from '$lib/contract/worker-api';
import { parseManifest, verifyFile } from './pack-verify';
import { sha256 } from './sha256';

/** A Blob is a file of weights that is only ever read in pieces. */
export type FileContent = Uint8Array<ArrayBuffer> | Blob;

/** Bytes that match their manifest. Nothing else is ever given to `openPack`. */
export interface VerifiedPack {
	/** sha256 of the manifest bytes, hex. */
	hash: string;
	manifest: PackManifest;
	/** By manifest path. Weights of more than a chunk are Blobs; graphs, words and small weights are bytes. */
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
	const weights = weightPaths(manifest);
	const byPath = new Map(loaded.map(({ path, bytes }) => [path, bytes]));
	const files = new Map<string, FileContent>();
	let checked = 0;
	for (const entry of manifest.files) {
		const { path } = entry;
		const blob = byPath.get(path);
		// The length first: what is too long is not read.
		if (blob?.size !== entry.bytes) throw new LuxError('pack-file-corrupt', { file: path });
		const large = weights.has(path) && entry.bytes > CHUNK_BYTES;
		const content = large ? blob : await readWhole(path, blob);
		await verifyFile(entry, content, (bytes) => {
			checked += bytes;
			onProgress({ kind: 'check', file: path, checked, total: manifest.totalBytes });
		});
		files.set(path, content);
	}
	return { hash: await sha256(manifestBytes), manifest, files };
}

/** Files that hold weights of some graph, and nothing else. */
function weightPaths({ graphs }: PackManifest): Set<string> {
	const variants = Object.values(graphs).flatMap((graph) => graph?.variants ?? []);
	const weights = new Set(variants.flatMap(({ externalData }) => externalData));
	for (const { file } of variants) weights.delete(file);
	return weights;
}

async function readWhole(file: string, blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
	try {
		return new Uint8Array(await blob.arrayBuffer());
	} catch (cause) {
		throw new LuxError('pack-file-corrupt', { file }, { cause });
	}
}
