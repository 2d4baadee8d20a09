import { toWireError } from '$lib/contract/errors';
import { expandedWeights } from '$workers/runtime/expanded-weights';
import type { LazyWeights } from '$workers/runtime/lazy-weights';
import type { FileContent } from '$workers/runtime/verified-pack';
import { describe, expect, it } from 'vitest';

/** Two rows of three codes, a scale a row and, elsewhere, a scale a column; then three halves. */
const codes = Int8Array.of(1, -2, 127, -127, 0, 5);
const stored = new Uint8Array(64);
stored.set(new Uint8Array(codes.buffer), 3);
stored.set(new Uint8Array(Float32Array.of(0.5, 2, 4).buffer), 12);
// 1, -2 and the smallest subnormal.
stored.set(new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 1).buffer), 32);
const at = (offset: number, bytes: number) => ({ file: 'd.weights', offset, bytes });
const tensors = [
	{
		kind: 'int8',
		offset: 0,
		bytes: 24,
		shape: [2, 3],
		axis: 0,
		codes: at(3, 6),
		scales: at(12, 8)
	},
	{
		kind: 'int8',
		offset: 64,
		bytes: 24,
		shape: [2, 3],
		axis: 1,
		codes: at(3, 6),
		scales: at(12, 12)
	},
	{ kind: 'float16', offset: 128, bytes: 12, shape: [3], values: at(32, 6) }
];
const described = { formatVersion: 1, path: 'd.expanded', bytes: 140, tensors };

function open(content: unknown = described, weights: FileContent = stored) {
	const bytes = new TextEncoder().encode(JSON.stringify(content));
	const files = new Map<string, FileContent>([
		['d-expanded.json', bytes],
		['d.weights', weights]
	]);
	// Nothing reads a Blob at once here.
	const readNow = () => stored.slice(3, 9).buffer;
	return expandedWeights('d-expanded.json', files, readNow);
}
const floats = (bytes: Uint8Array) => [...new Float32Array(bytes.slice().buffer)];

describe('expandedWeights', () => {
	it('widens each tensor as the graph asks for it', () => {
		const { path, content } = open();
		const lazy = content as LazyWeights;
		expect([path, lazy.byteLength]).toEqual(['d.expanded', 140]);
		expect(floats(lazy.subarray(0, 24))).toEqual([0.5, -1, 63.5, -254, 0, 10]);
		expect(floats(lazy.subarray(64, 88))).toEqual([0.5, -4, 508, -63.5, 0, 20]);
		expect(floats(lazy.subarray(128, 140))).toEqual([1, -2, 2 ** -24]);
	});

	it('gives no other bytes than whole tensors', () => {
		const lazy = open().content as LazyWeights;
		for (const [start, end] of [
			[0, 20],
			[4, 24],
			[24, 64]
		])
			expect(() => lazy.subarray(start, end)).toThrow(RangeError);
	});

	it('reads weights that stay on the disk', () => {
		const [, second] = tensors;
		const one = { ...second, scales: at(3, 12), codes: at(3, 6) };
		const lazy = open({ ...described, tensors: [one] }, new Blob([stored])).content as LazyWeights;
		// The stand-in for the disk gives the codes, whatever is asked for: too short for scales.
		expect(() => lazy.subarray(64, 88)).toThrow();
		expect(lazy.failure).not.toBeNull();
	});

	it.each<[string, unknown]>([
		['another version', { ...described, formatVersion: 2 }],
		['an unknown field', { ...described, more: 1 }],
		['a length that is not the shape', { ...described, tensors: [{ ...tensors[0], bytes: 20 }] }],
		['scales that are too few', { ...described, tensors: [{ ...tensors[0], scales: at(12, 4) }] }],
		['an axis that is not there', { ...described, tensors: [{ ...tensors[0], axis: 2 }] }],
		['what lies past the end', { ...described, tensors: [{ ...tensors[0], codes: at(60, 6) }] }],
		[
			'no such file',
			{ ...described, tensors: [{ ...tensors[2], values: { ...at(0, 6), file: 'x' } }] }
		]
	])('refuses %s', (_, content) => {
		let code = '';
		try {
			open(content);
		} catch (error) {
			({ code } = toWireError(error));
		}
		expect(code).toBe('pack-unsuitable');
	});
});
