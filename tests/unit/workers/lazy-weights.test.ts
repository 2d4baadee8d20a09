import { blobBytes, LazyWeights, type ReadNow } from '$workers/runtime/lazy-weights';
import { describe, expect, it } from 'vitest';

const bytes = Uint8Array.from({ length: 100 }, (_, i) => i);
/** A piece of a Blob cannot be read at once here: it stands for the bytes that it was cut from. */
function weights(read: (start: number, end: number) => ArrayBuffer = cut): LazyWeights {
	const blob = new Blob([bytes]);
	const pieces = new Map<Blob, [number, number]>();
	blob.slice = (start = 0, end = 0) => {
		const piece = new Blob([]);
		pieces.set(piece, [start, end]);
		return piece;
	};
	const readNow: ReadNow = (piece) => read(...pieces.get(piece)!);
	return new LazyWeights(blob.size, blobBytes(blob, readNow));
}
const cut = (start: number, end: number) => bytes.slice(start, end).buffer;

describe('LazyWeights', () => {
	it('looks like the whole file, holds nothing of it, and reads what it is asked for', () => {
		const lazy = weights();
		expect(lazy).toBeInstanceOf(Uint8Array);
		expect([lazy.byteLength, lazy.length, lazy.buffer.byteLength]).toEqual([100, 100, 0]);
		expect([...lazy.subarray(10, 13)]).toEqual([10, 11, 12]);
		expect(lazy.subarray(100, 100)).toHaveLength(0);
		expect(lazy.subarray(97)).toHaveLength(3);
		expect(lazy.failure).toBeNull();
	});

	it.each([
		[99, 101],
		[-1, 5],
		[6, 5],
		[Number.NaN, 5]
	])('refuses %d to %d', (start, end) => {
		const lazy = weights();
		expect(() => lazy.subarray(start, end)).toThrow(RangeError);
		expect(lazy.failure).toBeInstanceOf(RangeError);
	});

	it.each([-1, 1])('never gives %d bytes too many', (extra) => {
		const lazy = weights((start, end) => new ArrayBuffer(end - start + extra));
		expect(() => lazy.subarray(3, 7)).toThrow(RangeError);
		expect(lazy.failure).toBeInstanceOf(RangeError);
	});

	it('remembers why a file could not be read', () => {
		const gone = new DOMException('changed', 'NotReadableError');
		const lazy = weights(() => {
			throw gone;
		});
		expect(() => lazy.subarray(0, 1)).toThrow(gone);
		expect(lazy.failure).toBe(gone);
	});
});
