/**
 * Can this device do arithmetic? One convolution and one attention against plain loops. Drivers that
 * compute wrong numbers exist; without this they would only show as odd portraits.
 */
import type { Graph } from './graph';
import type { Ort } from './ort';
import { selfTestModel, SHAPES, type TensorName } from './self-test-graph';
import { openSession, type SessionDevice } from './session';

/** float32 kernels differ from the loops by about 1e-6; half-precision shortcuts by 1e-3 and more. */
const TOLERANCE = 1e-4;

type Values = Record<'image' | 'kernel' | 'query' | 'key' | 'value', Float32Array>;

/** Resolves to false when the device computes wrong numbers; rejects when it cannot run at all. */
export async function passesSelfTest(ort: Ort, device: SessionDevice): Promise<boolean> {
	const graph = await openSession(ort, 'self-test', selfTestModel(), device);
	try {
		return await computesCorrectly(graph);
	} finally {
		await graph.release();
	}
}

/** @param graph The graph of `self-test-graph.ts`, or something that claims to be. */
export async function computesCorrectly(graph: Graph): Promise<boolean> {
	const values: Values = {
		image: ramp('image', 0.37),
		kernel: ramp('kernel', 0.71),
		query: ramp('query', 0.53),
		key: ramp('key', 0.29),
		value: ramp('value', 0.83)
	};
	const feeds = Object.fromEntries(
		Object.entries(values).map(([name, data]) => [
			name,
			{ data, shape: SHAPES[name as TensorName] }
		])
	);
	const outputs = await graph.run(feeds);
	return (
		close(outputs['convolved']?.data, convolve(values)) &&
		close(outputs['attended']?.data, attend(values))
	);
}

/** Fixed values in [-1, 1] without structure a wrong index could hide behind. */
function ramp(name: TensorName, step: number): Float32Array {
	const length = SHAPES[name].reduce<number>((product, size) => product * size, 1);
	return Float32Array.from({ length }, (_, i) => Math.sin(step * (i + 1) * (1 + (i % 7))));
}

function convolve({ image, kernel }: Values): Float32Array {
	const [, channels, height, width] = SHAPES.image;
	const out = new Float32Array(channels * height * width);
	for (let o = 0; o < channels; o++)
		for (let y = 0; y < height; y++)
			for (let x = 0; x < width; x++) {
				let sum = 0;
				for (let c = 0; c < channels; c++)
					for (let ky = 0; ky < 3; ky++)
						for (let kx = 0; kx < 3; kx++) {
							const row = y + ky - 1;
							const column = x + kx - 1;
							if (row < 0 || row >= height || column < 0 || column >= width) continue;
							sum +=
								image[(c * height + row) * width + column]! *
								kernel[((o * channels + c) * 3 + ky) * 3 + kx]!;
						}
				out[(o * height + y) * width + x] = sum;
			}
	return out;
}

function attend({ query, key, value }: Values): Float32Array {
	const [heads, tokens, width] = SHAPES.query;
	const out = new Float32Array(heads * tokens * width);
	for (let h = 0; h < heads; h++)
		for (let q = 0; q < tokens; q++) {
			const scores = Array.from({ length: tokens }, (_, k) => {
				let sum = 0;
				for (let i = 0; i < width; i++)
					sum += query[(h * tokens + q) * width + i]! * key[(h * width + i) * tokens + k]!;
				return Math.exp(sum);
			});
			const total = scores.reduce((sum, score) => sum + score, 0);
			for (let i = 0; i < width; i++)
				out[(h * tokens + q) * width + i] = scores.reduce(
					(sum, score, k) => sum + (score / total) * value[(h * tokens + k) * width + i]!,
					0
				);
		}
	return out;
}

function close(actual: ArrayLike<number> | undefined, expected: Float32Array): boolean {
	return (
		actual?.length === expected.length &&
		expected.every((value, i) => Math.abs(actual[i]! - value) <= TOLERANCE * (1 + Math.abs(value)))
	);
}
