/**
 * The part of ONNX's protobuf schema that a converted graph uses, and an encoder for it.
 * Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
import protobuf from 'protobufjs';

/** @type {(id: number, type: string, repeated?: boolean) => protobuf.IField} */
const field = (id, type, repeated) => ({ id, type, ...(repeated ? { rule: 'repeated' } : {}) });

/** @type {protobuf.INamespace} */
const SCHEMA = {
	nested: {
		Model: {
			fields: {
				irVersion: field(1, 'int64'),
				producerName: field(2, 'string'),
				graph: field(7, 'Graph'),
				opsetImport: field(8, 'Opset', true)
			}
		},
		Opset: { fields: { domain: field(1, 'string'), version: field(2, 'int64') } },
		Graph: {
			fields: {
				node: field(1, 'Node', true),
				name: field(2, 'string'),
				initializer: field(5, 'Tensor', true),
				input: field(11, 'Value', true),
				output: field(12, 'Value', true)
			}
		},
		Node: {
			fields: {
				input: field(1, 'string', true),
				output: field(2, 'string', true),
				name: field(3, 'string'),
				opType: field(4, 'string'),
				attribute: field(5, 'Attribute', true)
			}
		},
		Attribute: {
			fields: {
				name: field(1, 'string'),
				i: field(3, 'int64'),
				ints: field(8, 'int64', true),
				type: field(20, 'int32')
			}
		},
		Tensor: {
			fields: {
				dims: field(1, 'int64', true),
				dataType: field(2, 'int32'),
				name: field(8, 'string'),
				rawData: field(9, 'bytes')
			}
		},
		Value: { fields: { name: field(1, 'string'), type: field(2, 'ValueType') } },
		ValueType: { fields: { tensorType: field(1, 'TensorType') } },
		TensorType: { fields: { elemType: field(1, 'int32'), shape: field(2, 'Shape') } },
		Shape: { fields: { dim: field(1, 'Dimension', true) } },
		Dimension: { fields: { dimValue: field(1, 'int64') } }
	}
};

/** TensorProto.DataType */
export const DATA_TYPE = { float32: 1, int32: 6, int64: 7, float16: 10 };
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;
/** Opset 18 goes with IR version 8; both are old enough for every runtime in use. */
const OPSET = 18;
const IR_VERSION = 8;

/**
 * @typedef {{ name: string, shape: number[] }} Port A float32 input or output of a graph.
 * @typedef {{ name: string, dtype: keyof typeof DATA_TYPE, shape: number[],
 *   data: Float32Array | Uint16Array | Int32Array | BigInt64Array }} Initializer
 * @typedef {{ opType: string, inputs: string[], output: string,
 *   attributes: Record<string, number | number[]> }} OnnxNode
 * @typedef {{ name: string, inputs: Port[], outputs: Port[], nodes: OnnxNode[],
 *   initializers: Initializer[] }} OnnxGraph
 */

/** @param {Port} port */
const encodePort = ({ name, shape }) => ({
	name,
	type: {
		tensorType: {
			elemType: DATA_TYPE.float32,
			shape: { dim: shape.map((dimValue) => ({ dimValue })) }
		}
	}
});

/** @type {(entry: [string, number | number[]]) => object} */
const encodeAttribute = ([name, value]) =>
	Array.isArray(value)
		? { name, ints: value, type: ATTRIBUTE_INTS }
		: { name, i: value, type: ATTRIBUTE_INT };

/**
 * The bytes of an `.onnx` file. The same graph always gives the same bytes.
 * @param {OnnxGraph} graph
 * @returns {Uint8Array}
 */
export function encodeOnnx(graph) {
	const type = protobuf.Root.fromJSON(SCHEMA).lookupType('Model');
	const model = {
		irVersion: IR_VERSION,
		producerName: 'luxshot face-models',
		opsetImport: [{ domain: '', version: OPSET }],
		graph: {
			name: graph.name,
			input: graph.inputs.map(encodePort),
			output: graph.outputs.map(encodePort),
			initializer: graph.initializers.map(({ name, dtype, shape, data }) => ({
				name,
				dims: shape,
				dataType: DATA_TYPE[dtype],
				rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
			})),
			node: graph.nodes.map(({ opType, inputs, output, attributes }) => ({
				name: output,
				opType,
				input: inputs,
				output: [output],
				attribute: Object.entries(attributes).map(encodeAttribute)
			}))
		}
	};
	return type.encode(type.create(model)).finish();
}
