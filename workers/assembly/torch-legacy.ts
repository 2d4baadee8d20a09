/**
 * The older form of torch.save (before PyTorch 1.6, and where `_use_new_zipfile_serialization` is off): five pickles one after the other - a
 * magic number, a version, facts about the machine, the object, the keys of its storages - and then the storages, each with its
 * number of elements before it. Source: torch/serialization.py, `_legacy_save`.
 */
import { dataView, type RangeReader } from './bytes';
import { DTYPE_BYTES, unreadable } from './checkpoint';
import { readPickleAt } from './pickle';
import type { Storage } from './pickle-values';

/** The pickle of 0x1950a86a20f9469cfc6c. */
const MAGIC = [
	0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e
];
const VERSION = 1001;
/** All five pickles: those of a state dict take some hundred bytes a tensor. */
const MAX_HEAD_BYTES = 4 * 1024 * 1024;
const COUNT_BYTES = 8;

export interface LegacyFile {
	/** What was saved. */
	value: unknown;
	/** Keys of the storages in the order of the file, unchecked. */
	keys: unknown;
	/** Where the first storage begins. */
	start: number;
}

/** @returns Null for a file of another kind. @throws LuxError as `readPickle` does. */
export async function readLegacyHead(
	reader: RangeReader,
	signal?: AbortSignal
): Promise<LegacyFile | null> {
	if (reader.size <= MAGIC.length) return null;
	const start = await reader.read(0, MAGIC.length, signal);
	if (!MAGIC.every((byte, i) => start[i] === byte)) return null;
	const head = await reader.read(0, Math.min(MAX_HEAD_BYTES, reader.size), signal);
	const { name } = reader;
	const version = readPickleAt(name, head, MAGIC.length);
	if (version.value !== VERSION) throw unreadable(name, 'pickle-malformed');
	const machine = readPickleAt(name, head, version.end);
	if (!(machine.value instanceof Map)) throw unreadable(name, 'pickle-malformed');
	if (machine.value.get('little_endian') !== true) throw unreadable(name, 'byte-order');
	const object = readPickleAt(name, head, machine.end);
	const keys = readPickleAt(name, head, object.end);
	return { value: object.value, keys: keys.value, start: keys.end };
}

/**
 * @param used The storages that tensors are views of, by key: the file must hold these and no others.
 * @returns Where the numbers of each storage begin.
 * @throws LuxError `checkpoint-unreadable`
 */
export async function locateLegacyStorages(
	reader: RangeReader,
	{ keys, start }: LegacyFile,
	used: ReadonlyMap<string, Storage>,
	signal?: AbortSignal
): Promise<Map<string, number>> {
	const mismatch = unreadable(reader.name, 'storage-mismatch');
	if (!Array.isArray(keys) || keys.length !== used.size) throw mismatch;
	const starts = new Map<string, number>();
	let at = start;
	for (const key of keys) {
		const storage = typeof key === 'string' ? used.get(key) : undefined;
		if (!storage || starts.has(key as string)) throw mismatch;
		if (at + COUNT_BYTES > reader.size) throw unreadable(reader.name, 'too-short');
		const count = dataView(await reader.read(at, COUNT_BYTES, signal)).getBigInt64(0, true);
		if (count !== BigInt(storage.elements)) throw mismatch;
		starts.set(key as string, at + COUNT_BYTES);
		at += COUNT_BYTES + storage.elements * DTYPE_BYTES[storage.dtype];
	}
	if (at !== reader.size) throw at > reader.size ? unreadable(reader.name, 'too-short') : mismatch;
	return starts;
}
