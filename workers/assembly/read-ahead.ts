/** Fetches a little more than asked for, so that many small tensors do not cost many requests. */
import type { RangeReader } from './bytes';

/** @param window Bytes fetched at once when less is asked for; also what is kept. */
export function readAhead(reader: RangeReader, window: number): RangeReader {
	let start = 0;
	let held: Uint8Array<ArrayBuffer> = new Uint8Array(0);
	return {
		name: reader.name,
		size: reader.size,
		async read(offset, length, signal) {
			if (offset >= start && offset + length <= start + held.length)
				return held.slice(offset - start, offset - start + length);
			if (length >= window) return reader.read(offset, length, signal);
			held = await reader.read(offset, Math.min(window, reader.size - offset), signal);
			start = offset;
			return held.slice(0, length);
		}
	};
}
