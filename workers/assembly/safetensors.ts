/**
 * Reads safetensors files: 8 bytes little-endian header length, a JSON header, then the tensors' bytes without gaps.
 * Format: github.com/huggingface/safetensors. Everything is checked before a tensor is read, and nothing is guessed.
 */
import { DTYPES, type CheckpointFault, type Dtype } from '$lib/contract/checkpoint';
import { dataView, type RangeReader } from './bytes';
import {
	countElements,
	DTYPE_BYTES,
	isShape,
	unreadable,
	type Checkpoint,
	type TensorInfo
} from './checkpoint';
import { findDuplicateKey } from './json-keys';

const LENGTH_BYTES = 8;
/** The largest published headers are below 2 MB; the format's own limit of 100 MB would be 100 MB of heap. */
export const MAX_HEADER_BYTES = 8 * 1024 * 1024;
export const MAX_TENSORS = 50_000;
const METADATA = '__metadata__';
const DESCRIPTION_KEYS = ['data_offsets', 'dtype', 'shape'].join();

/**
 * @throws LuxError `checkpoint-unreadable` with the fault, and whatever the reader throws.
 */
export async function openSafetensors(
	reader: RangeReader,
	signal?: AbortSignal
): Promise<Checkpoint> {
	const refuse = (fault: CheckpointFault, cause?: unknown) => unreadable(reader.name, fault, cause);
	// The shortest header is "{}".
	if (reader.size < LENGTH_BYTES + 2) throw refuse('too-short');
	const declared = dataView(await reader.read(0, LENGTH_BYTES, signal)).getBigUint64(0, true);
	if (declared > BigInt(MAX_HEADER_BYTES)) throw refuse('header-too-long');
	const headerBytes = Number(declared);
	if (headerBytes < 2 || LENGTH_BYTES + headerBytes > reader.size) throw refuse('too-short');

	const header = parseHeader(await reader.read(LENGTH_BYTES, headerBytes, signal), refuse);
	const dataStart = LENGTH_BYTES + headerBytes;
	const tensors = header.map(([name, value]) =>
		describe(name, value, dataStart, reader.size, refuse)
	);
	requireContiguous(tensors, dataStart, reader.size, refuse);
	return {
		tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
		read: async ({ dtype, shape, offset, span }, readSignal) => ({
			dtype,
			shape,
			bytes: await reader.read(offset, span, readSignal)
		})
	};
}

type Refuse = (fault: CheckpointFault, cause?: unknown) => Error;

/** @returns Tensor names and their descriptions, still unchecked. */
function parseHeader(bytes: Uint8Array, refuse: Refuse): [string, unknown][] {
	let text: string;
	let json: unknown;
	try {
		text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
		json = JSON.parse(text);
	} catch (cause) {
		// Not text, not JSON, or nested until the parser's stack ends.
		throw refuse('header-not-json', cause);
	}
	// The format wants the brace first, so that a file has one reading only.
	if (text[0] !== '{' || !isObject(json)) throw refuse('header-wrong-form');
	if (findDuplicateKey(text) !== null) throw refuse('duplicate-key');
	const entries = Object.entries(json);
	const metadata = entries.find(([name]) => name === METADATA)?.[1];
	if (metadata !== undefined && !isTextMap(metadata)) throw refuse('header-wrong-form');
	const tensors = entries.filter(([name]) => name !== METADATA);
	if (tensors.length > MAX_TENSORS) throw refuse('too-many-tensors');
	return tensors;
}

function describe(
	name: string,
	value: unknown,
	dataStart: number,
	fileBytes: number,
	refuse: Refuse
): TensorInfo {
	if (!isObject(value) || Object.keys(value).sort().join() !== DESCRIPTION_KEYS)
		throw refuse('header-wrong-form');
	const { dtype, shape, data_offsets: offsets } = value;
	if (!DTYPES.includes(dtype as Dtype)) throw refuse('dtype-unknown');
	if (!isShape(shape)) throw refuse('shape-invalid');
	if (shape.includes(0)) throw refuse('zero-size');
	if (
		!Array.isArray(offsets) ||
		offsets.length !== 2 ||
		!offsets.every((offset) => Number.isSafeInteger(offset) && offset >= 0)
	)
		throw refuse('offsets-invalid');
	const [start, end] = offsets as [number, number];
	if (end < start) throw refuse('offsets-invalid');
	if (dataStart + end > fileBytes) throw refuse('out-of-range');
	const elementBytes = DTYPE_BYTES[dtype as Dtype];
	if (end - start !== countElements(shape) * elementBytes) throw refuse('length-mismatch');
	if (start % elementBytes !== 0) throw refuse('misaligned');
	return { name, dtype: dtype as Dtype, shape, offset: dataStart + start, span: end - start };
}

/** Every byte belongs to exactly one tensor: nothing is hidden in a gap and nothing is read twice. */
function requireContiguous(
	tensors: readonly TensorInfo[],
	dataStart: number,
	fileBytes: number,
	refuse: Refuse
): void {
	let next = dataStart;
	for (const { offset, span } of [...tensors].sort((a, b) => a.offset - b.offset)) {
		if (offset < next) throw refuse('overlap');
		if (offset > next) throw refuse('hole');
		next = offset + span;
	}
	if (next !== fileBytes) throw refuse('hole');
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTextMap(value: unknown): boolean {
	return isObject(value) && Object.values(value).every((text) => typeof text === 'string');
}
