/**
 * Small JSON files that are whole or not there: their hash stands in front of them, so one cut off by a crash is seen.
 */
import { sha256 } from '$workers/runtime/sha256';
import type { PackFolder } from './folder';

const HASH_LENGTH = 64;
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

export async function writeRecord(folder: PackFolder, path: string, value: unknown): Promise<void> {
	const json = new TextEncoder().encode(JSON.stringify(value));
	const bytes = new Uint8Array(HASH_LENGTH + json.length);
	bytes.set(new TextEncoder().encode(await sha256(json)));
	bytes.set(json, HASH_LENGTH);
	await folder.resize(path, 0);
	await folder.write(path, 0, bytes);
	await folder.flush();
}

/** @returns What was written, or null when there is nothing whole. */
export async function readRecord(
	folder: Pick<PackFolder, 'size' | 'read'>,
	path: string
): Promise<unknown> {
	const size = await folder.size(path);
	if (size === null || size <= HASH_LENGTH || size > MAX_RECORD_BYTES) return null;
	const bytes = await folder.read(path, 0, size);
	const json = bytes.slice(HASH_LENGTH);
	if ((await sha256(json)) !== new TextDecoder().decode(bytes.subarray(0, HASH_LENGTH)))
		return null;
	return JSON.parse(new TextDecoder().decode(json)) as unknown;
}
