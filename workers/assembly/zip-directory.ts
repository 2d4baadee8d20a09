/**
 * Finds the records of a zip archive by its central directory, ZIP64 included, as torch.save writes them: stored, not
 * compressed. Format: PKWARE APPNOTE 6.3.9, sections 4.3.7 to 4.3.16. Local headers are checked when a record is read.
 */
import type { CheckpointFault } from '$lib/contract/checkpoint';
import { dataView, type RangeReader } from './bytes';
import { unreadable } from './checkpoint';

export interface ZipRecord {
	readonly name: string;
	readonly bytes: number;
	/** Where its local header starts; the data follow it. */
	readonly headerOffset: number;
}

export const MAX_RECORDS = 50_000;
/** A record of the directory is 46 bytes and a name of some tens. */
const MAX_DIRECTORY_BYTES = 16 * 1024 * 1024;

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const END64_BYTES = 56;
const LOCATOR64_BYTES = 20;
const MAX_COMMENT_BYTES = 0xffff;
/** Says "look into the ZIP64 record". */
const IN_ZIP64 = 0xffffffff;
const IN_ZIP64_SHORT = 0xffff;
const ENCRYPTED = 1;

type Refuse = (fault: CheckpointFault) => Error;

/** @throws LuxError `checkpoint-unreadable` */
export async function readZipDirectory(
	reader: RangeReader,
	signal?: AbortSignal
): Promise<Map<string, ZipRecord>> {
	const refuse: Refuse = (fault) => unreadable(reader.name, fault);
	const place = await findDirectory(reader, refuse, signal);
	if (place.count > MAX_RECORDS || place.bytes > MAX_DIRECTORY_BYTES)
		throw refuse('zip-too-many-records');
	if (place.offset + place.bytes > reader.size || place.bytes < place.count * CENTRAL_BYTES)
		throw refuse('zip-damaged');
	const records = new Map<string, ZipRecord>();
	if (place.count === 0) return records;
	const directory = await reader.read(place.offset, place.bytes, signal);
	let at = 0;
	for (let index = 0; index < place.count; index++) {
		const { record, next } = readRecord(directory, at, refuse);
		if (records.has(record.name)) throw refuse('zip-duplicate-name');
		if (record.headerOffset + LOCAL_BYTES + record.bytes > place.offset)
			throw refuse('zip-damaged');
		records.set(record.name, record);
		at = next;
	}
	requireApart(records, refuse);
	return records;
}

interface DirectoryPlace {
	offset: number;
	bytes: number;
	count: number;
}

async function findDirectory(
	reader: RangeReader,
	refuse: Refuse,
	signal?: AbortSignal
): Promise<DirectoryPlace> {
	const tailBytes = Math.min(reader.size, END_BYTES + LOCATOR64_BYTES + MAX_COMMENT_BYTES);
	if (tailBytes < END_BYTES) throw refuse('zip-not-found');
	const tailStart = reader.size - tailBytes;
	const tail = dataView(await reader.read(tailStart, tailBytes, signal));
	let end = tailBytes - END_BYTES;
	// From the back, and only where the comment ends with the file: a record inside a comment is no record.
	while (
		end >= 0 &&
		!(
			tail.getUint32(end, true) === END &&
			end + END_BYTES + tail.getUint16(end + 20, true) === tailBytes
		)
	)
		end--;
	if (end < 0) throw refuse('zip-not-found');
	if (tail.getUint16(end + 4, true) !== 0 || tail.getUint16(end + 6, true) !== 0)
		throw refuse('zip-several-disks');
	const plain = {
		count: tail.getUint16(end + 10, true),
		bytes: tail.getUint32(end + 12, true),
		offset: tail.getUint32(end + 16, true)
	};
	const elsewhere =
		plain.count === IN_ZIP64_SHORT || plain.bytes === IN_ZIP64 || plain.offset === IN_ZIP64;
	if (!elsewhere) return plain;

	const locator = end - LOCATOR64_BYTES;
	if (locator < 0 || tail.getUint32(locator, true) !== LOCATOR64) throw refuse('zip-damaged');
	if (tail.getUint32(locator + 16, true) > 1) throw refuse('zip-several-disks');
	const offset64 = exact(tail, locator + 8, refuse);
	if (offset64 + END64_BYTES > tailStart + locator) throw refuse('zip-damaged');
	const end64 = dataView(await reader.read(offset64, END64_BYTES, signal));
	if (end64.getUint32(0, true) !== END64) throw refuse('zip-damaged');
	return {
		count: exact(end64, 32, refuse),
		bytes: exact(end64, 40, refuse),
		offset: exact(end64, 48, refuse)
	};
}

function readRecord(
	directory: Uint8Array,
	at: number,
	refuse: Refuse
): { record: ZipRecord; next: number } {
	const view = dataView(directory);
	if (at + CENTRAL_BYTES > directory.length || view.getUint32(at, true) !== CENTRAL)
		throw refuse('zip-damaged');
	const nameEnd = at + CENTRAL_BYTES + view.getUint16(at + 28, true);
	const extraEnd = nameEnd + view.getUint16(at + 30, true);
	const next = extraEnd + view.getUint16(at + 32, true);
	if (next > directory.length) throw refuse('zip-damaged');
	if ((view.getUint16(at + 8, true) & ENCRYPTED) !== 0) throw refuse('zip-encrypted');
	if (view.getUint16(at + 10, true) !== 0) throw refuse('zip-compressed');
	const wide = readWide(view, nameEnd, extraEnd, refuse);
	// In this order, and only what does not fit above (APPNOTE 4.5.3).
	const take = (short: number) => (short === IN_ZIP64 ? wide() : short);
	const bytes = take(view.getUint32(at + 24, true));
	const stored = take(view.getUint32(at + 20, true));
	const headerOffset = take(view.getUint32(at + 42, true));
	if (stored !== bytes) throw refuse('zip-damaged');
	const name = new TextDecoder().decode(directory.subarray(at + CENTRAL_BYTES, nameEnd));
	return { record: { name, bytes, headerOffset }, next };
}

/** The 64-bit numbers of a record's ZIP64 field, one a call. */
function readWide(view: DataView, start: number, end: number, refuse: Refuse): () => number {
	let next = end;
	let stop = end;
	for (let at = start; at + 4 <= end; at += 4 + view.getUint16(at + 2, true))
		if (view.getUint16(at, true) === 1) {
			next = at + 4;
			stop = Math.min(end, next + view.getUint16(at + 2, true));
			break;
		}
	return () => {
		if (next + 8 > stop) throw refuse('zip-damaged');
		next += 8;
		return exact(view, next - 8, refuse);
	};
}

/** No byte belongs to two records: overlapping records are how small archives become huge. */
function requireApart(records: ReadonlyMap<string, ZipRecord>, refuse: Refuse): void {
	let free = 0;
	for (const { headerOffset, bytes } of [...records.values()].sort(
		(a, b) => a.headerOffset - b.headerOffset
	)) {
		if (headerOffset < free) throw refuse('zip-overlap');
		free = headerOffset + LOCAL_BYTES + bytes;
	}
}

/**
 * @returns Where the data of a record start.
 * @throws LuxError `checkpoint-unreadable` when the record's own header says something else than the directory.
 */
export async function locateData(
	reader: RangeReader,
	record: ZipRecord,
	signal?: AbortSignal
): Promise<number> {
	const header = dataView(await reader.read(record.headerOffset, LOCAL_BYTES, signal));
	const damaged = unreadable(reader.name, 'zip-damaged');
	if (header.getUint32(0, true) !== LOCAL || header.getUint16(8, true) !== 0) throw damaged;
	const nameBytes = header.getUint16(26, true);
	const start = record.headerOffset + LOCAL_BYTES + nameBytes + header.getUint16(28, true);
	if (nameBytes === 0 || start + record.bytes > reader.size) throw damaged;
	const name = await reader.read(record.headerOffset + LOCAL_BYTES, nameBytes, signal);
	if (new TextDecoder().decode(name) !== record.name) throw damaged;
	return start;
}

function exact(view: DataView, at: number, refuse: Refuse): number {
	const value = view.getBigUint64(at, true);
	if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw refuse('zip-damaged');
	return Number(value);
}
