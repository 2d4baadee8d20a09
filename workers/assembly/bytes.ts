/** Bytes that are read in pieces, wherever they come from: a server, a file on disk, memory. */
export interface RangeReader {
	/** How people know the file, for error messages. */
	readonly name: string;
	/** Whole length, bytes. */
	readonly size: number;
	/**
	 * @param offset First byte.
	 * @param length At least 1; `offset + length` is at most `size`. A reader either gives exactly that many bytes or rejects.
	 * @returns Bytes of their own buffer, which the caller may keep and change.
	 */
	read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

/** Reads from bytes at hand. */
export function memoryReader(name: string, bytes: Uint8Array): RangeReader {
	return {
		name,
		size: bytes.byteLength,
		async read(offset, length, signal) {
			signal?.throwIfAborted();
			requireInside(bytes.byteLength, offset, length);
			return bytes.slice(offset, offset + length);
		}
	};
}

/** Reads from a file that a person chose, or one in OPFS, without taking it into memory. */
export function blobReader(name: string, blob: Blob): RangeReader {
	return {
		name,
		size: blob.size,
		async read(offset, length, signal) {
			signal?.throwIfAborted();
			requireInside(blob.size, offset, length);
			return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
		}
	};
}

/** A range outside the file is a mistake of this program, never of the file: parsers check first. */
export function requireInside(size: number, offset: number, length: number): void {
	const fits =
		Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 1;
	if (!fits || offset + length > size)
		throw new RangeError(`bytes ${offset}+${length} of a file of ${size}`);
}

/** A view for numbers; every format read here is little-endian, as is every machine a browser runs on. */
export function dataView(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
