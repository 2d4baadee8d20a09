/**
 * Trust in a pack starts at its manifest and reaches every byte: nothing is given to the runtime before
 * its length and hashes match. ORT accepts some corrupted graphs, so this is the only guard.
 */
import { LuxError } from '$lib/contract/errors';
import { CHUNK_BYTES, packManifestSchema, type PackManifest } from '$lib/contract/manifest';
import * as v from 'valibot';
import { sha256 } from './sha256';

type FileEntry = PackManifest['files'][number];

/**
 * Reads a manifest and checks that it is consistent with itself.
 *
 * @param bytes `manifest.json` exactly as stored: its hash is the pack's identity.
 * @throws LuxError `pack-manifest-invalid`
 */
export function parseManifest(bytes: ArrayBuffer): PackManifest {
	let json: unknown;
	try {
		json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
	} catch {
		throw invalid('not JSON');
	}
	const parsed = v.safeParse(packManifestSchema, json);
	if (!parsed.success) {
		const [issue] = parsed.issues;
		throw invalid(`${v.getDotPath(issue) ?? 'manifest'}: ${issue.message}`);
	}
	requireConsistent(parsed.output);
	return parsed.output;
}

function requireConsistent(manifest: PackManifest): void {
	const { files, graphs, totalBytes, image, latents } = manifest;
	const paths = new Set(files.map(({ path }) => path));
	if (paths.size !== files.length) throw invalid('files: a path is listed twice');
	for (const { path, bytes, chunks } of files)
		if (chunks.length !== Math.ceil(bytes / CHUNK_BYTES))
			throw invalid(`files: ${path} has the wrong number of chunks`);
	if (files.reduce((sum, { bytes }) => sum + bytes, 0) !== totalBytes)
		throw invalid('totalBytes is not the sum of the files');
	for (const [name, { variants }] of Object.entries(graphs))
		for (const { file, externalData } of variants)
			for (const path of [file, ...externalData])
				if (!paths.has(path)) throw invalid(`graphs.${name}: ${path} is not among the files`);
	requireEncoder(manifest, paths);
	if (image.width % latents.factor !== 0 || image.height % latents.factor !== 0)
		throw invalid('image size is not a multiple of latents.factor');
}

/** Exactly the encoder that the conditioning needs, and the files that go with it. */
function requireEncoder({ conditioning, graphs }: PackManifest, paths: ReadonlySet<string>): void {
	const [needed, other] =
		conditioning.kind === 'clip'
			? (['textEncoder', 'directionEncoder'] as const)
			: (['directionEncoder', 'textEncoder'] as const);
	if (!graphs[needed] || graphs[other])
		throw invalid(`conditioning ${conditioning.kind} goes with graphs.${needed} alone`);
	if (conditioning.kind !== 'clip') return;
	for (const path of Object.values(conditioning.tokenizer))
		if (!paths.has(path)) throw invalid(`conditioning: ${path} is not among the files`);
}

function invalid(detail: string): LuxError<'pack-manifest-invalid'> {
	return new LuxError('pack-manifest-invalid', { detail });
}

/**
 * Checks one file against its manifest entry.
 *
 * @throws LuxError `pack-file-corrupt`
 */
export async function verifyFile(entry: FileEntry, bytes: ArrayBuffer): Promise<void> {
	const corrupt = new LuxError('pack-file-corrupt', { file: entry.path });
	if (bytes.byteLength !== entry.bytes) throw corrupt;
	if ((await sha256(bytes)) !== entry.sha256) throw corrupt;
	for (const [index, expected] of entry.chunks.entries()) {
		const start = index * CHUNK_BYTES;
		const length = Math.min(CHUNK_BYTES, bytes.byteLength - start);
		if ((await sha256(new Uint8Array(bytes, start, length))) !== expected) throw corrupt;
	}
}
