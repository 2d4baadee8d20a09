/** TensorFlow.js graph -> ONNX graph. */
import { GraphBuilder } from './graph-builder.mjs';
import { OPERATORS } from './operators.mjs';

/**
 * @typedef {import('./tfjs-model.mjs').TfModel} TfModel
 * @typedef {import('./tfjs-model.mjs').TfNode} TfNode
 * @typedef {import('./onnx-file.mjs').OnnxGraph} OnnxGraph
 * @typedef {{ name: string, shape: number[] }} Value
 * @typedef {object} Plan
 * @property {string} name Name of the graph.
 * @property {number} inputSize Height and width of the square input picture.
 * @property {Record<string, string[]>} outputs Name of each output -> the TensorFlow nodes whose values are
 *   joined along axis 1 to make it. Whatever no output needs is left out.
 */

/** @type {(input: string) => string} `node:0` names the first output of `node`. */
const nodeName = (input) => input.replace(/:0$/, '');

/**
 * @param {TfModel} model
 * @param {Plan} plan
 * @returns {OnnxGraph} Input `image` is [1, 3, inputSize, inputSize].
 * @throws when the graph uses an operation this converter does not know.
 */
export function convertGraph(model, { name, inputSize, outputs }) {
	const builder = new GraphBuilder();
	const image = { name: 'image', shape: [1, 3, inputSize, inputSize] };
	/** @type {Map<string, Value>} */
	const values = new Map();

	/** @type {(tfName: string) => Value} */
	const evaluate = (tfName) => {
		const known = values.get(tfName);
		if (known) return known;
		const node = model.nodes.get(tfName);
		if (!node) throw new Error(`${tfName} is not in the graph`);
		const value = node.op === 'Placeholder' ? image : convertNode(node);
		values.set(tfName, value);
		return value;
	};

	/** @type {(node: TfNode) => Value} */
	const convertNode = (node) => {
		const convert = OPERATORS[node.op];
		if (!convert) throw new Error(`${node.name}: operation ${node.op} is not supported`);
		const inputs = (node.input ?? []).map(nodeName);
		/** @type {(index: number) => string} */
		const input = (index) => {
			const name = inputs[index];
			if (name === undefined) throw new Error(`${node.name}: input ${index} is missing`);
			return name;
		};
		return convert({
			node,
			builder,
			value: (index) => evaluate(input(index)),
			weight: (index) => {
				const weight = model.weights.get(input(index));
				if (!weight) throw new Error(`${node.name}: input ${index} is not a constant`);
				return weight;
			}
		});
	};

	const ports = Object.entries(outputs).map(([output, parts]) => {
		const joined = parts.map((part) => evaluate(nodeName(part)));
		const [batch = 1, , ...rest] = joined[0]?.shape ?? [];
		const length = joined.reduce((sum, part) => sum + (part.shape[1] ?? 0), 0);
		const inputs = joined.map((part) => part.name);
		return builder.add('Concat', inputs, [batch, length, ...rest], { axis: 1 }, output);
	});
	return {
		name,
		inputs: [image],
		outputs: ports,
		nodes: builder.nodes,
		initializers: builder.initializers
	};
}
