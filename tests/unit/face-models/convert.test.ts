/** The converter against numbers worked out by hand, run on the same runtime that the app uses. */
import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { convertGraph } from '../../../scripts/face-models/convert.mjs';
import { encodeOnnx } from '../../../scripts/face-models/onnx-file.mjs';
import { sliceWeights } from '../../../scripts/face-models/tfjs-model.mjs';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const NHWC = { s: base64('NHWC') };
const window = (padding: 'SAME' | 'VALID', stride: number) => ({
	data_format: NHWC,
	padding: { s: base64(padding) },
	strides: { list: { i: ['1', `${stride}`, `${stride}`, '1'] } }
});
const fused = (...operations: string[]) => ({ list: { s: operations.map(base64) } });

interface TestNode {
	op: string;
	input?: string[];
	attr?: object;
}
const float32 = (shape: number[], values: number[]) => ({
	dtype: 'float32' as const,
	shape,
	data: Float32Array.from(values)
});
type TestWeight = ReturnType<typeof float32>;

/** Converts nodes named by their keys and returns what output `last` gives for an image of NHWC values. */
async function run(
	nodes: Record<string, TestNode>,
	weights: Record<
		string,
		TestWeight | { dtype: 'int32' | 'float16'; shape: number[]; data: Int32Array | Uint16Array }
	>,
	size: number,
	pixels: number[]
) {
	const model = {
		nodes: new Map(
			Object.entries({ input: { op: 'Placeholder' }, ...nodes }).map(([name, node]) => [
				name,
				{ name, ...node }
			])
		),
		weights: new Map(Object.entries(weights))
	};
	const graph = convertGraph(model, {
		name: 'test',
		inputSize: size,
		outputs: { result: ['last'] }
	});
	const planes = [0, 1, 2].flatMap((channel) => pixels.filter((_, i) => i % 3 === channel));
	const session = await ort.InferenceSession.create(encodeOnnx(graph));
	try {
		const image = new ort.Tensor('float32', Float32Array.from(planes), [1, 3, size, size]);
		const { result } = await session.run({ image });
		return { dims: [...result!.dims], values: [...(result!.data as Float32Array)] };
	} finally {
		await session.release();
	}
}

/** A picture whose first channel counts 0, 1, 2... and whose others are 0. */
const counting = (size: number) => Array.from({ length: size * size }, (_, i) => [i, 0, 0]).flat();

describe('convertGraph', () => {
	// Starting the runtime takes seconds on a busy machine; it is not what is tested.
	beforeAll(async () => {
		ort.env.wasm.numThreads = 1;
		await run({ last: { op: 'Relu', input: ['input'] } }, {}, 1, [0, 0, 0]);
	}, 60_000);

	it('pads a stride-2 SAME convolution at the end only', async () => {
		const { dims, values } = await run(
			{
				last: {
					op: '_FusedConv2D',
					input: ['input', 'kernel', 'bias'],
					attr: { ...window('SAME', 2), fused_ops: fused('BiasAdd') }
				}
			},
			{
				kernel: float32([3, 3, 3, 1], Array(27).fill(1)),
				bias: float32([1], [0.5])
			},
			4,
			counting(4)
		);
		expect(dims).toEqual([1, 1, 2, 2]);
		expect(values).toEqual([45.5, 39.5, 66.5, 50.5]);
	});

	it('keeps the order of output channels and applies a fused PReLU', async () => {
		const { values } = await run(
			{
				last: {
					op: '_FusedConv2D',
					input: ['input', 'kernel', 'bias', 'slope'],
					attr: { ...window('VALID', 1), fused_ops: fused('BiasAdd', 'Prelu') }
				}
			},
			{
				// Rows are input channels R, G, B; columns the two output channels.
				kernel: float32([1, 1, 3, 2], [1, -1, 10, -10, 100, -100]),
				bias: float32([2], [0, 1]),
				slope: float32([1, 1, 2], [0.5, 0.25])
			},
			1,
			[1, 2, 3]
		);
		expect(values).toEqual([321, -320 * 0.25]);
	});

	it('orders a depthwise convolution with a multiplier by channel, then copy', async () => {
		const { values } = await run(
			{
				last: {
					op: 'DepthwiseConv2dNative',
					input: ['input', 'kernel'],
					attr: window('SAME', 1)
				}
			},
			{ kernel: float32([1, 1, 3, 2], [1, 2, 11, 12, 21, 22]) },
			1,
			[1, 2, 3]
		);
		expect(values).toEqual([1, 2, 22, 24, 63, 66]);
	});

	it('adds, pads channels and pools', async () => {
		const { dims, values } = await run(
			{
				double: { op: 'AddV2', input: ['input', 'input'] },
				padded: { op: 'Pad', input: ['double', 'paddings'] },
				last: {
					op: 'MaxPool',
					input: ['padded'],
					attr: { ...window('VALID', 2), ksize: { list: { i: ['1', '2', '2', '1'] } } }
				}
			},
			{
				paddings: { dtype: 'int32', shape: [4, 2], data: Int32Array.of(0, 0, 0, 0, 0, 0, 0, 1) }
			},
			2,
			[1, 5, 9, 2, 6, 10, 3, 7, 11, 4, 8, 12]
		);
		expect(dims).toEqual([1, 4, 1, 1]);
		expect(values).toEqual([8, 16, 24, 0]);
	});

	it('flattens in the order of TensorFlow, pixel by pixel', async () => {
		const pixels = [1, 5, 9, 2, 6, 10, 3, 7, 11, 4, 8, 12];
		const { dims, values } = await run(
			{ last: { op: 'Reshape', input: ['input', 'shape'] } },
			{ shape: { dtype: 'int32', shape: [3], data: Int32Array.of(-1, 4, 3) } },
			2,
			pixels
		);
		expect(dims).toEqual([1, 4, 3]);
		expect(values).toEqual(pixels);
	});

	it('widens half-float weights exactly', async () => {
		const half = { one: 0x3c00, minusTwo: 0xc000, third: 0x3555 };
		const { values } = await run(
			{
				last: { op: 'DepthwiseConv2dNative', input: ['input', 'kernel'], attr: window('SAME', 1) }
			},
			{
				kernel: {
					dtype: 'float16',
					shape: [1, 1, 3, 1],
					data: Uint16Array.of(half.one, half.minusTwo, half.third)
				}
			},
			1,
			[3, 3, 3]
		);
		expect(values).toEqual([3, -6, 3 * 0.333251953125]);
	});

	it('refuses an operation it does not know', async () => {
		await expect(
			run({ last: { op: 'Softplus', input: ['input'] } }, {}, 1, [0, 0, 0])
		).rejects.toThrow(/Softplus is not supported/);
	});
});

describe('sliceWeights', () => {
	const specs = [
		{ name: 'a', shape: [3], dtype: 'float32', quantization: { dtype: 'float16' } },
		{ name: 'b', shape: [1, 2], dtype: 'int32' }
	];
	const bytes = Uint8Array.of(0, 0x3c, 0, 0xc0, 0, 0, 7, 0, 0, 0, 255, 255, 255, 255);

	it('reads values that follow each other at odd offsets', () => {
		expect(sliceWeights(specs, bytes)).toEqual([
			['a', { dtype: 'float16', shape: [3], data: Uint16Array.of(0x3c00, 0xc000, 0) }],
			['b', { dtype: 'int32', shape: [1, 2], data: Int32Array.of(7, -1) }]
		]);
	});

	it('refuses a weight file that is cut short, and unknown storage', () => {
		expect(() => sliceWeights(specs, bytes.slice(0, -1))).toThrow(/cut short/);
		expect(() => sliceWeights([{ name: 'c', shape: [1], dtype: 'uint8' }], bytes)).toThrow(/uint8/);
	});
});
