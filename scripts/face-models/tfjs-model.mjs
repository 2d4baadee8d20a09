/**
 * Reads a TensorFlow.js graph model (a `.json` topology and a `.bin` of weights) from disk.
 * Format: the `modelTopology` / `weightsManifest` layout written by tensorflowjs_converter.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * @typedef {'float32' | 'float16' | 'int32'} Dtype
 * @typedef {{ dtype: Dtype, shape: number[], data: Float32Array | Uint16Array | Int32Array }} Weight
 *   float16 values are kept as their 16 bits, so nothing is lost or grown on the way to ONNX.
 * @typedef {{ s?: string, list?: { i?: string[], s?: string[] } }} TfAttribute Texts are in base64.
 * @typedef {{ name: string, op: string, input?: string[], attr?: Record<string, TfAttribute> }} TfNode
 * @typedef {{ name: string, shape: number[], dtype: string, quantization?: { dtype: string } }} WeightSpec
 * @typedef {{ nodes: Map<string, TfNode>, weights: Map<string, Weight> }} TfModel
 */

const STORAGE = {
	float32: { bytes: 4, array: Float32Array },
	float16: { bytes: 2, array: Uint16Array },
	int32: { bytes: 4, array: Int32Array }
};

/**
 * @param {string} path The model's `.json`; its weight files are looked up beside it.
 * @returns {TfModel}
 * @throws when the weights are stored in a form other than float32, float16 or int32, or are cut short.
 */
export function readTfjsModel(path) {
	const model = JSON.parse(readFileSync(path, 'utf8'));
	return {
		nodes: new Map(model.modelTopology.node.map((/** @type {TfNode} */ node) => [node.name, node])),
		weights: new Map(
			model.weightsManifest.flatMap(
				(/** @type {{ paths: string[], weights: WeightSpec[] }} */ group) => {
					const files = group.paths.map((file) => readFileSync(join(dirname(path), file)));
					return sliceWeights(group.weights, new Uint8Array(Buffer.concat(files)));
				}
			)
		)
	};
}

/**
 * @param {WeightSpec[]} specs
 * @param {Uint8Array} bytes All weights of the group, one after another without padding.
 * @returns {[string, Weight][]}
 */
export function sliceWeights(specs, bytes) {
	let offset = 0;
	return specs.map((spec) => {
		const dtype = /** @type {Dtype} */ (spec.quantization?.dtype ?? spec.dtype);
		const storage = STORAGE[dtype];
		if (!storage) throw new Error(`${spec.name}: weights stored as ${dtype} are not supported`);
		const length = spec.shape.reduce((product, size) => product * size, 1);
		const end = offset + length * storage.bytes;
		if (end > bytes.length) throw new Error(`${spec.name}: the weight file is cut short`);
		// Copied, because an offset need not be a multiple of the element size.
		const data = new storage.array(bytes.slice(offset, end).buffer);
		offset = end;
		return [spec.name, { dtype, shape: spec.shape, data }];
	});
}
