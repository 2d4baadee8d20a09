/** Collects nodes and constants of an ONNX graph under short, deterministic names. */
import { DATA_TYPE } from './onnx-file.mjs';

/**
 * @typedef {import('./onnx-file.mjs').OnnxNode} OnnxNode
 * @typedef {import('./onnx-file.mjs').Initializer} Initializer
 * @typedef {import('./tfjs-model.mjs').Weight} Weight
 */

export class GraphBuilder {
	/** @type {OnnxNode[]} */
	nodes = [];
	/** @type {Initializer[]} */
	initializers = [];

	/**
	 * Appends an operation and returns its result.
	 * @param {string} opType
	 * @param {string[]} inputs
	 * @param {number[]} shape Shape of the result.
	 * @param {Record<string, number | number[]>} [attributes]
	 * @param {string} [name] Name of the result; by default one is made.
	 */
	add(opType, inputs, shape, attributes = {}, name = `${opType}_${this.nodes.length}`) {
		this.nodes.push({ opType, inputs, output: name, attributes });
		return { name, shape };
	}

	/**
	 * Stores a constant and returns the name of its float32 value. Half floats stay half floats in the file
	 * and are widened by a Cast, which the runtime folds away when it loads the graph.
	 * @param {Weight} weight
	 */
	constant({ dtype, shape, data }) {
		const name = `weight_${this.initializers.length}`;
		this.initializers.push({ name, dtype, shape, data });
		return dtype === 'float16'
			? this.add('Cast', [name], shape, { to: DATA_TYPE.float32 }).name
			: name;
	}

	/** A one-dimensional int64 constant, such as a shape. @param {number[]} values */
	integers(values) {
		const name = `integers_${this.initializers.length}`;
		const data = BigInt64Array.from(values, BigInt);
		this.initializers.push({ name, dtype: 'int64', shape: [values.length], data });
		return name;
	}
}
