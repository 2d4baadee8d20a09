/** The converted networks give what TensorFlow.js gives for the models they were converted from. */
import { FACE_MANIFEST, openFaceModels, type FaceGraphs } from '$workers/runtime/face-models';
import type { Graph } from '$workers/runtime/graph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRuntime } from './micro-pack';

const PACKAGE = '/node_modules/@vladmandic/human/';

/** What is used of the TensorFlow.js build inside the package; its own types need packages that are not installed. */
interface TensorFlow {
	setBackend(name: string): Promise<boolean>;
	tensor(values: Float32Array, shape: number[]): { dispose(): void };
	loadGraphModel(url: string): Promise<{
		inputs: { name: string }[];
		execute(
			feeds: Record<string, unknown>,
			outputs: string[]
		): { dataSync(): Float32Array; dispose(): void }[];
		dispose(): void;
	}>;
}

const CASES = [
	{
		graph: 'detector',
		source: 'blazeface',
		side: 256,
		black: -1,
		outputs: { scores: ['Identity', 'Identity_1'], boxes: ['Identity_2', 'Identity_3'] }
	},
	{
		graph: 'landmarks',
		source: 'facemesh',
		side: 192,
		black: 0,
		outputs: { points: ['Identity_2'], presence: ['Identity_1'] }
	}
] as const;

/** Smooth blobs with grain, in NHWC order: [side, side, 3] from `black` to 1. */
function picture(side: number, black: number): Float32Array {
	let state = 7;
	return Float32Array.from({ length: side * side * 3 }, (_, i) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
		const value =
			0.5 + 0.35 * Math.sin(x / 17 + (i % 3)) * Math.cos(y / 23) + 0.15 * (state / 2 ** 32 - 0.5);
		return black + (1 - black) * value;
	});
}

function toPlanes(pixels: Float32Array): Float32Array {
	const plane = pixels.length / 3;
	return pixels.map((_, i) => pixels[(i % plane) * 3 + Math.floor(i / plane)]!);
}

describe('converted face models', () => {
	let graphs: FaceGraphs;
	let tf: TensorFlow;
	beforeAll(async () => {
		const url = `${PACKAGE}dist/tfjs.esm.js`;
		tf = (await import(/* @vite-ignore */ url)) as TensorFlow;
		await tf.setBackend('cpu');
		const files = [FACE_MANIFEST, 'detector.onnx', 'landmarks.onnx'].map(async (path) => ({
			path,
			bytes: await (await fetch(`/models/faces/${path}`)).blob()
		}));
		graphs = await openFaceModels(await startRuntime(), await Promise.all(files));
	});
	afterAll(() => graphs.dispose());

	it.each(CASES)('$graph equals $source', async ({ graph, source, side, black, outputs }) => {
		const pixels = picture(side, black);
		const converted = await (graphs[graph] as Graph).run({
			image: { data: toPlanes(pixels), shape: [1, 3, side, side] }
		});
		const model = await tf.loadGraphModel(`${location.origin}${PACKAGE}models/${source}.json`);
		const input = tf.tensor(pixels, [1, side, side, 3]);
		const parts = Object.values(outputs).flat();
		const values = model.execute({ [model.inputs[0]!.name]: input }, parts);
		try {
			for (const [output, names] of Object.entries(outputs)) {
				const expected: number[] = names.flatMap((name: string) => [
					...values[(parts as string[]).indexOf(name)]!.dataSync()
				]);
				const actual = converted[output]!.data;
				expect(actual).toHaveLength(expected.length);
				// Logits reach hundreds; float32 sums in another order differ in the sixth digit.
				const worst = Math.max(
					...expected.map((value, i) => Math.abs(actual[i]! - value) / (1 + Math.abs(value)))
				);
				expect(worst, output).toBeLessThan(1e-4);
			}
		} finally {
			for (const tensor of [input, ...values]) tensor.dispose();
			model.dispose();
		}
	});
});
