/**
 * Reads the checkpoints of torch.save (a zip of `data.pkl` and one record a storage, or its older form) tensor by tensor. Names of nested
 * dicts are joined by dots: `{"ip_adapter": {"1.to_k_ip.weight": t}}` gives `ip_adapter.1.to_k_ip.weight`.
 */
import type { RangeReader } from './bytes';
import {
	countElements,
	DTYPE_BYTES,
	isShape,
	unreadable,
	type Checkpoint,
	type RawTensor,
	type TensorInfo
} from './checkpoint';
import { readPickle } from './pickle';
import { TensorView, type Storage } from './pickle-values';
import { gatherStrided } from './strides';
import { locateLegacyStorages, readLegacyHead } from './torch-legacy';
import { locateData, readZipDirectory, type ZipRecord } from './zip-directory';

const MAX_PICKLE_BYTES = 32 * 1024 * 1024;
/** Dicts in dicts. */
const MAX_NESTING = 8;
/** Entries looked at. The memo lets a short pickle name one dict a million times. */
const MAX_VISITS = 200_000;

/**
 * @throws LuxError `checkpoint-unreadable`, `checkpoint-unsafe`, and whatever the reader throws.
 */
export async function openTorchCheckpoint(
	reader: RangeReader,
	signal?: AbortSignal
): Promise<Checkpoint> {
	const legacy = await readLegacyHead(reader, signal);
	const archive = legacy ? null : await openArchive(reader, signal);
	const views = new Map<string, TensorView>();
	const value = legacy ? legacy.value : archive!.value;
	collectTensors(value, '', 0, { views, left: MAX_VISITS }, reader.name);
	if (views.size === 0) throw unreadable(reader.name, 'pickle-no-tensors');

	const storages = new Map([...views.values()].map(({ storage }) => [storage.key, storage]));
	const starts = legacy
		? await locateLegacyStorages(reader, legacy, storages, signal)
		: await locateRecords(reader, archive!, storages, signal);
	const tensors = new Map<string, TensorInfo>();
	for (const [name, view] of views)
		tensors.set(name, describe(name, view, starts.get(view.storage.key)!, reader.name));
	return { tensors, read: (tensor, readSignal) => readTensor(reader, tensor, readSignal) };
}

interface Archive {
	records: ReadonlyMap<string, ZipRecord>;
	folder: string;
	value: unknown;
}

async function openArchive(reader: RangeReader, signal?: AbortSignal): Promise<Archive> {
	const records = await readZipDirectory(reader, signal);
	const pickles = [...records.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
	const [pickleName] = pickles;
	if (pickleName === undefined || pickles.length > 1)
		throw unreadable(reader.name, 'zip-record-missing');
	const folder = pickleName.slice(0, -'data.pkl'.length);
	const record = records.get(pickleName)!;
	if (record.bytes > MAX_PICKLE_BYTES) throw unreadable(reader.name, 'pickle-too-large');
	await requireLittleEndian(reader, records.get(`${folder}byteorder`), signal);
	const value = readPickle(reader.name, await readRecord(reader, record, signal));
	return { records, folder, value };
}

/** Where each storage's record begins; its length has to be what the pickle says. */
async function locateRecords(
	reader: RangeReader,
	{ records, folder }: Archive,
	storages: ReadonlyMap<string, Storage>,
	signal?: AbortSignal
): Promise<Map<string, number>> {
	const starts = new Map<string, number>();
	for (const [key, { dtype, elements }] of storages) {
		const record = records.get(`${folder}data/${key}`);
		if (!record) throw unreadable(reader.name, 'zip-record-missing');
		if (elements * DTYPE_BYTES[dtype] !== record.bytes)
			throw unreadable(reader.name, 'storage-mismatch');
		starts.set(key, await locateData(reader, record, signal));
	}
	return starts;
}

async function readRecord(
	reader: RangeReader,
	record: ZipRecord,
	signal?: AbortSignal
): Promise<Uint8Array> {
	if (record.bytes === 0) return new Uint8Array(0);
	return reader.read(await locateData(reader, record, signal), record.bytes, signal);
}

/** Files of before torch 2.1 do not say; those machines were little-endian all the same. */
async function requireLittleEndian(
	reader: RangeReader,
	record: ZipRecord | undefined,
	signal?: AbortSignal
): Promise<void> {
	if (!record) return;
	const text = record.bytes <= 16 ? await readRecord(reader, record, signal) : new Uint8Array(0);
	if (new TextDecoder().decode(text) !== 'little') throw unreadable(reader.name, 'byte-order');
}

/** Depth first, so that the order is that of the file. Everything that is no tensor is passed over. */
function collectTensors(
	value: unknown,
	name: string,
	depth: number,
	found: { views: Map<string, TensorView>; left: number },
	file: string
): void {
	if (found.left-- <= 0) throw unreadable(file, 'pickle-too-much');
	if (value instanceof TensorView) {
		if (found.views.has(name)) throw unreadable(file, 'duplicate-key');
		found.views.set(name, value);
	}
	if (!(value instanceof Map)) return;
	// A dict can hold itself: the memo allows it.
	if (depth >= MAX_NESTING) throw unreadable(file, 'pickle-too-deep');
	for (const [key, item] of value)
		if (typeof key === 'string')
			collectTensors(item, name ? `${name}.${key}` : key, depth + 1, found, file);
}

/** Checks a view against the storage that it claims to be of. */
function describe(
	name: string,
	{ storage, offset, shape, strides }: TensorView,
	start: number,
	file: string
): TensorInfo {
	const elementBytes = DTYPE_BYTES[storage.dtype];
	const mismatch = unreadable(file, 'storage-mismatch');
	if (!isShape(shape) || !areSteps(strides) || strides.length !== shape.length) throw mismatch;
	if (!Number.isSafeInteger(offset) || (offset as number) < 0) throw mismatch;
	if (shape.includes(0)) throw unreadable(file, 'zero-size');
	const last = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, 0);
	if (!Number.isSafeInteger(last) || (offset as number) + last >= storage.elements) throw mismatch;
	// A stride of 0 can make a giant tensor of a small storage.
	if (countElements(shape) > storage.elements) throw mismatch;
	return {
		name,
		dtype: storage.dtype,
		shape,
		offset: start + (offset as number) * elementBytes,
		span: (last + 1) * elementBytes,
		...(isRowByRow(shape, strides) ? {} : { strides })
	};
}

function areSteps(strides: unknown): strides is number[] {
	return Array.isArray(strides) && strides.every((step) => Number.isSafeInteger(step) && step >= 0);
}

function isRowByRow(shape: readonly number[], strides: readonly number[]): boolean {
	let step = 1;
	for (let axis = shape.length - 1; axis >= 0; axis--) {
		if (shape[axis] !== 1 && strides[axis] !== step) return false;
		step *= shape[axis]!;
	}
	return true;
}

async function readTensor(
	reader: RangeReader,
	{ dtype, shape, offset, span, strides }: TensorInfo,
	signal?: AbortSignal
): Promise<RawTensor> {
	const bytes = await reader.read(offset, span, signal);
	if (!strides) return { dtype, shape, bytes };
	return { dtype, shape, bytes: gatherStrided(bytes, DTYPE_BYTES[dtype], shape, strides) };
}
