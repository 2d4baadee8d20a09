/**
 * Brings a whole file into the draft before anything in it is believed. Only so can its published hash, which is of
 * the whole, be checked before its first byte is parsed; and what was fetched survives a crash.
 */
import { LuxError } from '$lib/contract/errors';
import { hex } from '$workers/runtime/sha256';
import { sha256 as streamingSha256 } from '@noble/hashes/sha2.js';
import * as v from 'valibot';
import type { RangeReader } from './bytes';
import type { PackFolder } from './folder';
import type { PauseGate } from './pause-gate';
import { readRecord, writeRecord } from './records';

/** One request, and one piece of a hash. */
const PIECE_BYTES = 8 * 1024 * 1024;
/** How much a crash may cost. */
const SAVE_EVERY_PIECES = 4;

const stateSchema = v.strictObject({
	sha256: v.string(),
	bytes: v.number(),
	/** Flushed so far. */
	fetched: v.number(),
	etag: v.nullable(v.string()),
	verified: v.boolean()
});

export interface Staging {
	folder: PackFolder;
	/** Of the staged file in the folder; its state is kept beside it. */
	path: string;
	sha256: string;
	gate: PauseGate;
	signal: AbortSignal;
	onBytes(bytes: number): void;
}

export type Staged = v.InferOutput<typeof stateSchema>;

/** @returns How far a staging is that was begun, or null. */
export async function readStaged(folder: PackFolder, path: string): Promise<Staged | null> {
	const parsed = v.safeParse(stateSchema, await readRecord(folder, stateOf(path)));
	if (!parsed.success) return null;
	// A state that promises more than there is was about another file.
	return parsed.output.fetched <= ((await folder.size(path)) ?? 0) ? parsed.output : null;
}

/**
 * @param file Also tells the ETag of what it reads.
 * @returns A reader of the local copy, whose hash is right.
 * @throws LuxError `source-wrong-hash`, after which nothing of the file is kept, and whatever the reader throws.
 */
export async function stageFile(
	file: RangeReader & { readonly etag: string | null },
	{ folder, path, sha256, gate, signal, onBytes }: Staging
): Promise<RangeReader> {
	const { name, size } = file;
	const staged = await readStaged(folder, path);
	const state: Staged =
		staged?.sha256 === sha256 && staged.bytes === size
			? staged
			: { sha256, bytes: size, fetched: 0, etag: file.etag, verified: false };
	const save = async (fetched: number) => {
		await folder.flush();
		state.fetched = fetched;
		state.etag = file.etag;
		await writeRecord(folder, stateOf(path), state);
	};
	let pieces = 0;
	let at = state.fetched;
	try {
		while (at < size) {
			await gate.pass(signal);
			const piece = await file.read(at, Math.min(PIECE_BYTES, size - at), signal);
			await folder.write(path, at, piece);
			at += piece.length;
			if (++pieces % SAVE_EVERY_PIECES === 0) await save(at);
			onBytes(piece.length);
		}
	} finally {
		// However it ends, what arrived is kept; a full disk must not hide why it ended.
		if (at > state.fetched) await save(at).catch(() => undefined);
	}
	const local = stagedReader(name, folder, path, size);
	if (!state.verified) {
		if ((await hashOf(local, signal)) !== sha256) {
			await removeStaged(folder, path);
			throw new LuxError('source-wrong-hash', { file: name });
		}
		state.verified = true;
		await save(at);
	}
	return local;
}

export async function removeStaged(folder: PackFolder, path: string): Promise<void> {
	await folder.remove(path);
	await folder.remove(stateOf(path));
}

/** sha256 of all of a file, a piece at a time. */
export async function hashOf(reader: RangeReader, signal: AbortSignal): Promise<string> {
	const hash = streamingSha256.create();
	for (let at = 0; at < reader.size; at += PIECE_BYTES)
		hash.update(await reader.read(at, Math.min(PIECE_BYTES, reader.size - at), signal));
	return hex(hash.digest());
}

/** Reads a copy that was verified before. */
export function stagedReader(
	name: string,
	folder: PackFolder,
	path: string,
	size: number
): RangeReader {
	return {
		name,
		size,
		async read(offset, length, signal) {
			signal?.throwIfAborted();
			return folder.read(path, offset, length);
		}
	};
}

function stateOf(path: string): string {
	return `${path}.json`;
}
