import numbers from '../../fixtures/assembly/numbers.json';
import { quantiseBlocks, quantiseChannels } from '$workers/assembly/quantise';
import { fromFloats, isFinite32, toFloats, type FloatTensor } from '$workers/assembly/tensor';
import {
	concatenate,
	mergeLora,
	reshape,
	scale,
	slice,
	transpose
} from '$workers/assembly/transforms';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';

const bytesOf = (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64'));
const floats = (base64: string) => new Float32Array(bytesOf(base64).buffer);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const tensor = (shape: number[], start = 0): FloatTensor => ({
	shape,
	values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + start)
});
const fromBits = (bits: Uint32Array<ArrayBuffer>) => new Float32Array(bits.buffer);

describe('casts, against PyTorch', () => {
	const { edges, spread, every } = numbers.casts;

	it.each(['F16', 'BF16'] as const)('to %s at the edges', (dtype) => {
		const cast = fromFloats(fromBits(Uint32Array.from(edges.F32)), dtype);
		expect([...new Uint16Array(cast.buffer)]).toEqual(edges[dtype]);
	});

	it.each(['F16', 'BF16'] as const)('to %s over all bit patterns', (dtype) => {
		const bits = new Uint32Array(2 ** 20);
		for (let i = 1; i < bits.length; i++) bits[i] = bits[i - 1]! + 2654435761;
		expect(sha256(fromFloats(fromBits(bits), dtype))).toBe(spread[dtype]);
	});

	it.each(['F16', 'BF16'] as const)('every %s to F32', (dtype) => {
		const bytes = new Uint8Array(Uint16Array.from({ length: 2 ** 16 }, (_, i) => i).buffer);
		const { values } = toFloats({ dtype, shape: [2 ** 16], bytes });
		expect(sha256(new Uint8Array(values.buffer))).toBe(every[dtype]);
	});

	it('of whole numbers, and from bytes that start anywhere', () => {
		const cast = (dtype: 'I64' | 'I8' | 'U8', data: { buffer: ArrayBuffer }, count: number) => [
			...toFloats({ dtype, shape: [count], bytes: new Uint8Array(data.buffer) }).values
		];
		expect(cast('I64', new BigInt64Array([-5n, 77n]), 2)).toEqual([-5, 77]);
		expect(cast('I8', new Int8Array([-128, 127]), 2)).toEqual([-128, 127]);
		expect(cast('U8', new Uint8Array([0, 255]), 2)).toEqual([0, 255]);
		const odd = new Uint8Array(9);
		odd.set(new Uint8Array(new Float32Array([1.5, -2]).buffer), 1);
		expect([...toFloats({ dtype: 'F32', shape: [2], bytes: odd.subarray(1) }).values]).toEqual([
			1.5, -2
		]);
	});

	it('sees a number that is none', () => {
		expect(isFinite32(new Float32Array([1, -1e38]))).toBe(true);
		expect(isFinite32(new Float32Array([1, NaN]))).toBe(false);
		expect(isFinite32(new Float32Array([-Infinity]))).toBe(false);
	});
});

describe('quantisers, bit for bit', () => {
	it.each(numbers.int8)('int8 of $shape along axis $axis, against the forge', (c) => {
		const made = quantiseChannels({ shape: c.shape, values: floats(c.weight) }, c.axis);
		expect([...made.codes]).toEqual([...new Int8Array(bytesOf(c.codes).buffer)]);
		expect(made.scales).toEqual(floats(c.scales));
	});

	it.each(numbers.int4)(
		'int4 of $k x $n in blocks of $block, symmetric $symmetric, against ONNX Runtime',
		(c) => {
			const weight = { shape: [c.n, c.k], values: floats(c.weight) };
			const made = quantiseBlocks(weight, c.block, c.symmetric);
			expect([...made.scales]).toEqual([...floats(c.scales)]);
			if (!c.symmetric) expect([...made.zeroPoints!]).toEqual([...bytesOf(c.zeroPoints)]);
			expect([...made.codes]).toEqual([...bytesOf(c.codes)]);
		}
	);

	it('give back about what they were given, whatever that was', () => {
		const weights = fc.array(fc.float({ min: -1000, max: 1000, noNaN: true }), {
			minLength: 64,
			maxLength: 64
		});
		fc.assert(
			fc.property(weights, fc.boolean(), (list, symmetric) => {
				const values = Float32Array.from(list);
				const { codes, scales, zeroPoints } = quantiseBlocks(
					{ shape: [2, 32], values },
					32,
					symmetric
				);
				for (let i = 0; i < 64; i++) {
					const row = i >> 5;
					const zero = zeroPoints ? zeroPoints[row]! & 15 : 8;
					const code = (codes[i >> 1]! >> (4 * (i & 1))) & 15;
					const step = Math.abs(scales[row]!);
					// One step where the symmetric range ends early or a zero point was rounded, half of one elsewhere.
					const error = Math.abs((code - zero) * scales[row]! - values[i]!);
					expect(error).toBeLessThanOrEqual(step * 1.01 + 1e-30);
				}
			})
		);
	});

	it('refuse what MatMulNBits cannot take', () => {
		expect(() => quantiseBlocks(tensor([4, 4, 4]), 32, true)).toThrow(RangeError);
		expect(() => quantiseBlocks(tensor([4, 64]), 48, true)).toThrow(RangeError);
		expect(() => quantiseChannels(tensor([4, 4]), 2)).toThrow(RangeError);
	});
});

describe('transforms', () => {
	it('transpose: every element by its index', () => {
		const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
		const cases = shapes.chain((shape) =>
			fc.tuple(
				fc.constant(shape),
				fc.shuffledSubarray(
					shape.map((_, i) => i),
					{ minLength: shape.length }
				)
			)
		);
		fc.assert(
			fc.property(cases, ([shape, order]) => {
				const from = tensor(shape);
				const turned = transpose(from, order);
				expect(turned.shape).toEqual(order.map((axis) => shape[axis]));
				const back = transpose(
					turned,
					order.map((_, axis) => order.indexOf(axis))
				);
				expect(back).toEqual({ shape, values: from.values });
				turned.values.forEach((value, flat) => {
					const index = new Array<number>(shape.length);
					for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
						index[order[axis]!] = rest % turned.shape[axis]!;
						rest = Math.floor(rest / turned.shape[axis]!);
					}
					expect(value).toBe(index.reduce((at, i, axis) => at * shape[axis]! + i, 0));
				});
			})
		);
	});

	it('slices put together again are the whole', () => {
		const cases = fc
			.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 })
			.chain((shape) =>
				fc.tuple(fc.constant(shape), fc.nat(shape.length - 1), fc.integer({ min: 1, max: 4 }))
			);
		fc.assert(
			fc.property(cases, ([shape, axis, at]) => {
				const whole = tensor(shape);
				const size = shape[axis]!;
				fc.pre(at < size);
				const parts = [slice(whole, axis, 0, at), slice(whole, axis, at, size)];
				expect(concatenate(parts, axis)).toEqual(whole);
			})
		);
	});

	it('reshape and scale', () => {
		expect(reshape(tensor([2, 6]), [3, 4])).toEqual(tensor([3, 4]));
		expect([...scale(tensor([3]), -0.5).values]).toEqual([-0, -0.5, -1]);
	});

	it.each(numbers.lora)('LoRA of $shape, against float64 in PyTorch', (c) => {
		const [out, ...rest] = c.shape as [number, ...number[]];
		const merged = mergeLora(
			{ shape: c.shape, values: floats(c.weight) },
			{ shape: [out, c.rank, ...rest.slice(1).map(() => 1)], values: floats(c.up) },
			{ shape: [c.rank, ...rest], values: floats(c.down) },
			c.scale
		);
		expect(merged.shape).toEqual(c.shape);
		expect([...merged.values]).toEqual([...floats(c.merged)]);
	});

	it.each([
		() => transpose(tensor([2, 3]), [0, 0]),
		() => reshape(tensor([2, 3]), [5]),
		() => concatenate([tensor([2, 3]), tensor([2, 4])], 0),
		() => concatenate([], 0),
		() => slice(tensor([2, 3]), 1, 2, 4),
		() => slice(tensor([2, 3]), 2, 0, 1),
		() => mergeLora(tensor([2, 3]), tensor([2, 1]), tensor([1, 4]), 1)
	])('refuse what does not fit: %s', (wrong) => {
		expect(wrong).toThrow(RangeError);
	});
});
