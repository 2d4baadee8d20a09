/**
 * Trust in a pack starts at its manifest and reaches every byte: nothing is given to the runtime before
 * its length and hashes match. ORT accepts some corrupted graphs, so this is the only guard.
 */
import { LuxError } from '$lib/contract/errors';
import {
	CHUNK_BYTES,
	packManifestSchema,
	packSize,
	sizesOf,
	type GraphVariant,
	type PackManifest
} from '$lib/contract/manifest';
import * as v from 'valibot';
import { variantFor } from './graph-variant';
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
	const { files, graphs, totalBytes, latents } = manifest;
	const paths = new Set(files.map(({ path }) => path));
	if (paths.size !== files.length) throw invalid('files: a path is listed twice');
	for (const { path, bytes, chunks } of files)
		if (chunks.length !== Math.ceil(bytes / CHUNK_BYTES))
			throw invalid(`files: ${path} has the wrong number of chunks`);
	if (files.reduce((sum, { bytes }) => sum + bytes, 0) !== totalBytes)
		throw invalid('totalBytes is not the sum of the files');
	for (const [name, { variants }] of Object.entries(graphs))
		for (const { file, externalData, expanded } of variants)
			for (const path of [file, ...externalData, ...(expanded === undefined ? [] : [expanded])])
				if (!paths.has(path)) throw invalid(`graphs.${name}: ${path} is not among the files`);
	requireEncoder(manifest, paths);
	requireFed(manifest);
	for (const { width, height } of sizesOf(manifest))
		if (width % latents.factor !== 0 || height % latents.factor !== 0)
			throw invalid('image size is not a multiple of latents.factor');
	for (const [name, { variants }] of Object.entries(graphs)) requireSizes(manifest, name, variants);
}

/** On every device that a graph names, it is there for every size; and for no size that the pack does not make. */
function requireSizes(
	manifest: PackManifest,
	name: string,
	variants: readonly GraphVariant[]
): void {
	const sizes = sizesOf(manifest);
	for (const { size } of variants)
		if (size && !packSize(manifest, size))
			throw invalid(`graphs.${name}: the pack does not make ${size.width} x ${size.height}`);
	for (const device of new Set(variants.flatMap(({ devices }) => devices)))
		for (const size of sizes)
			if (!variantFor(variants, device, size))
				throw invalid(`graphs.${name}: not for ${size.width} x ${size.height} on ${device}`);
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

/** What every denoiser is given besides what the encoders put out. */
const GIVEN = ['latents', 'timestep', 'identity_scale'];

/** The denoiser takes exactly what it is given: everything that the encoders put out, by the same names. */
function requireFed({ graphs }: PackManifest): void {
	const nameOf = ({ name, as }: GraphVariant['inputs'][number]) => as ?? name;
	const encoders = [
		graphs.textEncoder,
		graphs.directionEncoder,
		graphs.composer,
		graphs.identityProjector
	].flatMap((graph) => graph?.variants ?? []);
	const given = new Set([...GIVEN, ...encoders.flatMap(({ outputs }) => outputs.map(nameOf))]);
	for (const { file, inputs } of graphs.denoiser.variants) {
		const taken = new Set(inputs.map(nameOf));
		for (const name of given)
			if (!taken.has(name)) throw invalid(`graphs.denoiser: ${file} does not take ${name}`);
		for (const name of taken)
			if (!given.has(name)) throw invalid(`graphs.denoiser: nothing gives ${file} its ${name}`);
	}
}

function invalid(detail: string): LuxError<'pack-manifest-invalid'> {
	return new LuxError('pack-manifest-invalid', { detail });
}

/**
 * Checks one file against its manifest entry, a chunk at a time: no more than a chunk of a Blob is in memory.
 *
 * Length and chunk hashes, not `sha256`: the chunks cover every byte, so they prove as much as a hash of the whole, and WebCrypto
 * calculates them many times faster than a script calculates a streamed one. Both stand in the same manifest, whose own hash is what is
 * trusted; the hash of the whole is for those who compare files with other sources.
 *
 * @param content Bytes in memory, or a handle to a file on the disk.
 * @param onBytes Given the length of every chunk that passed.
 * @throws LuxError `pack-file-corrupt`, also for a file that cannot be read
 */
export async function verifyFile(
	{ path, bytes, chunks }: FileEntry,
	content: Uint8Array<ArrayBuffer> | Blob,
	onBytes: (bytes: number) => void = () => undefined
): Promise<void> {
	const length = content instanceof Blob ? content.size : content.byteLength;
	if (length !== bytes) throw new LuxError('pack-file-corrupt', { file: path });
	for (const [index, expected] of chunks.entries()) {
		const start = index * CHUNK_BYTES;
		const chunk = await readPart(path, content, start, Math.min(start + CHUNK_BYTES, bytes));
		if ((await sha256(chunk)) !== expected) throw new LuxError('pack-file-corrupt', { file: path });
		onBytes(chunk.byteLength);
	}
}

async function readPart(
	file: string,
	content: Uint8Array<ArrayBuffer> | Blob,
	start: number,
	end: number
): Promise<Uint8Array<ArrayBuffer>> {
	if (!(content instanceof Blob)) return content.subarray(start, end);
	try {
		return new Uint8Array(await content.slice(start, end).arrayBuffer());
	} catch (cause) {
		throw new LuxError('pack-file-corrupt', { file }, { cause });
	}
}
