/**
 * A pack is there when its marker is: one small record, written last, with the hashes of everything. A folder without a
 * whole marker is a draft, which nothing ever loads.
 */
import { CHUNK_BYTES } from '$lib/contract/manifest';
import { LuxError } from '$lib/contract/errors';
import { sha256 as streamingSha256 } from '@noble/hashes/sha2.js';
import { hex, sha256 } from '$workers/runtime/sha256';
import * as v from 'valibot';
import type { PackFolder, PackRoot } from './folder';
import { readRecord, writeRecord } from './records';

const MARKER = 'installed.json';
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

const installedSchema = v.strictObject({
	formatVersion: v.literal(1),
	/** sha256 of the recipe's text. */
	recipe: hash,
	/** What makes it a pack that can be booted; null where only weights were assembled. */
	pack: v.nullable(
		v.strictObject({
			id: v.string(),
			/** sha256 of `manifest.json` in the same folder, which covers every file. */
			manifest: hash,
			/** Milliseconds since the epoch. */
			installedAt: v.number()
		})
	),
	/** Those that were assembled. */
	files: v.array(
		v.strictObject({ path: v.string(), bytes: v.number(), sha256: hash, chunks: v.array(hash) })
	)
});
export type Installed = v.InferOutput<typeof installedSchema>;
type Readable = Pick<PackFolder, 'size' | 'read'>;
export type InstalledFile = Installed['files'][number];

/** @returns The pack's marker, or null for a draft. */
export async function readInstalled(folder: Readable): Promise<Installed | null> {
	const parsed = v.safeParse(installedSchema, await readRecord(folder, MARKER));
	return parsed.success ? parsed.output : null;
}

/** From here on the pack is there. */
export async function markInstalled(folder: PackFolder, installed: Installed): Promise<void> {
	await folder.flush();
	await writeRecord(folder, MARKER, installed);
}

/** Reads a whole file back, a chunk at a time. */
export async function hashFile(
	folder: PackFolder,
	path: string,
	bytes: number,
	onBytes: (bytes: number) => void = () => undefined,
	signal?: AbortSignal
): Promise<InstalledFile> {
	const whole = streamingSha256.create();
	const chunks: string[] = [];
	for (let offset = 0; offset < bytes; offset += CHUNK_BYTES) {
		signal?.throwIfAborted();
		const chunk = await folder.read(path, offset, Math.min(CHUNK_BYTES, bytes - offset));
		chunks.push(await sha256(chunk));
		whole.update(chunk);
		onBytes(chunk.length);
	}
	return { path, bytes, sha256: hex(whole.digest()), chunks };
}

/**
 * Whether files are still what was installed. Chunk hashes only: the same proof in half the time.
 *
 * @throws LuxError `pack-file-corrupt`
 */
export async function verifyInstalled(
	folder: Readable,
	{ files }: Pick<Installed, 'files'>,
	onBytes: (bytes: number) => void = () => undefined,
	signal?: AbortSignal
): Promise<void> {
	for (const { path, bytes, chunks } of files) {
		const corrupt = new LuxError('pack-file-corrupt', { file: path });
		if ((await folder.size(path)) !== bytes || chunks.length !== Math.ceil(bytes / CHUNK_BYTES))
			throw corrupt;
		for (const [index, expected] of chunks.entries()) {
			signal?.throwIfAborted();
			const offset = index * CHUNK_BYTES;
			const chunk = await folder.read(path, offset, Math.min(CHUNK_BYTES, bytes - offset));
			if ((await sha256(chunk)) !== expected) throw corrupt;
			onBytes(chunk.length);
		}
	}
}

/** Names of the packs that are there. */
export async function listInstalled(root: PackRoot): Promise<string[]> {
	const names: string[] = [];
	for (const name of await root.list()) {
		const view = await root.look(name);
		if (view && (await readInstalled(view))) names.push(name);
	}
	return names;
}
