/**
 * The self-test's graph as ONNX bytes, encoded here so that no opaque binary has to be trusted.
 *
 * Field numbers are those of onnx.proto (opset 18). Every value is a graph input, so there are no weights:
 *   image [1,4,8,8], kernel [4,4,3,3]            -> Conv (pad 1) -> convolved [1,4,8,8]
 *   query [2,8,16], key [2,16,8], value [2,8,16] -> MatMul, Softmax, MatMul -> attended [2,8,16]
 */

export const SHAPES = {
	image: [1, 4, 8, 8],
	kernel: [4, 4, 3, 3],
	query: [2, 8, 16],
	key: [2, 16, 8],
	value: [2, 8, 16],
	convolved: [1, 4, 8, 8],
	attended: [2, 8, 16]
} as const;
export type TensorName = keyof typeof SHAPES;

const INPUTS = ['image', 'kernel', 'query', 'key', 'value'] as const;
const OUTPUTS = ['convolved', 'attended'] as const;

const FLOAT = 1; // TensorProto.DataType
const INT = 2; // AttributeProto.AttributeType
const INTS = 7;

/** A protobuf field: varint (wire type 0) or bytes (wire type 2). */
function field(number: number, content: number | string | number[]): number[] {
	if (typeof content === 'number') return [...varint(number << 3), ...varint(content)];
	const bytes = typeof content === 'string' ? [...new TextEncoder().encode(content)] : content;
	return [...varint((number << 3) | 2), ...varint(bytes.length), ...bytes];
}

function varint(value: number): number[] {
	return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

function valueInfo(name: TensorName): number[] {
	const shape = SHAPES[name].flatMap((size) => field(1, field(1, size)));
	return [...field(1, name), ...field(2, field(1, [...field(1, FLOAT), ...field(2, shape)]))];
}

function node(
	operator: string,
	inputs: string[],
	output: string,
	attributes: Record<string, number | number[]> = {}
): number[] {
	return [
		...inputs.flatMap((name) => field(1, name)),
		...field(2, output),
		...field(4, operator),
		...Object.entries(attributes).flatMap(([name, value]) =>
			field(5, [
				...field(1, name),
				...(typeof value === 'number'
					? [...field(3, value), ...field(20, INT)]
					: [...value.flatMap((item) => field(8, item)), ...field(20, INTS)])
			])
		)
	];
}

/** ModelProto bytes. */
export function selfTestModel(): Uint8Array {
	const graph = [
		...field(1, node('Conv', ['image', 'kernel'], 'convolved', { pads: [1, 1, 1, 1] })),
		...field(1, node('MatMul', ['query', 'key'], 'scores')),
		...field(1, node('Softmax', ['scores'], 'weights', { axis: 2 })),
		...field(1, node('MatMul', ['weights', 'value'], 'attended')),
		...field(2, 'self-test'),
		...INPUTS.flatMap((name) => field(11, valueInfo(name))),
		...OUTPUTS.flatMap((name) => field(12, valueInfo(name)))
	];
	return new Uint8Array([...field(1, 8), ...field(7, graph), ...field(8, field(2, 18))]);
}
