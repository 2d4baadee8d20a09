/** A graph with large weights in a file of its own: `y = x W1 W2 ...`, in which every W only moves the numbers on. */

/** Width of x, and of every W in both directions. */
export const WIDTH = 4096;
/** Bytes of one W: 64 MiB. */
export const WEIGHT_BYTES = WIDTH * WIDTH * 4;
/** How far each W moves the numbers; odd, so that no two do the same. */
const shift = (index: number) => 2 * index + 3;

/** A protobuf field: varint (wire type 0) or bytes (wire type 2). */
function field(number: number, content: number | string | number[]): number[] {
	if (typeof content === 'number') return [...varint(number << 3), ...varint(content)];
	const bytes = typeof content === 'string' ? [...new TextEncoder().encode(content)] : content;
	return [...varint((number << 3) | 2), ...varint(bytes.length), ...bytes];
}

function varint(value: number): number[] {
	return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

const vector = (name: string) => [
	...field(1, name),
	...field(
		2,
		field(1, [
			...field(1, 1),
			...field(
				2,
				[field(2, 'rows'), field(1, WIDTH)].flatMap((size) => field(1, size))
			)
		])
	)
];

/** ModelProto bytes for any number of rows in x; the weights lie one after the other in `file`. */
export function externalModel(file: string, count: number): Uint8Array {
	const names = Array.from({ length: count }, (_, i) => (i === 0 ? 'x' : `x${i}`)).concat('y');
	const weight = (index: number) => [
		...field(1, WIDTH),
		...field(1, WIDTH),
		...field(2, 1),
		...field(8, `w${index}`),
		...[
			['location', file],
			['offset', String(index * WEIGHT_BYTES)],
			['length', String(WEIGHT_BYTES)]
		].flatMap(([key, value]) => field(13, [...field(1, key!), ...field(2, value!)])),
		...field(14, 1)
	];
	const graph = Array.from({ length: count }, (_, i) => [
		...field(1, [
			...field(1, names[i]!),
			...field(1, `w${i}`),
			...field(2, names[i + 1]!),
			...field(4, 'MatMul')
		]),
		...field(5, weight(i))
	]).flat();
	graph.push(...field(2, 'external'), ...field(11, vector('x')), ...field(12, vector('y')));
	return new Uint8Array([...field(1, 8), ...field(7, graph), ...field(8, field(2, 18))]);
}

/** W number `index`: one number in every row, 2 where it is on the way. */
export function weightOf(index: number): Float32Array<ArrayBuffer> {
	const values = new Float32Array(WIDTH * WIDTH);
	for (let row = 0; row < WIDTH; row++) values[row * WIDTH + ((row + shift(index)) % WIDTH)] = 2;
	return values;
}

/** What the graph makes of `x`. Exact: every sum has one term, a power of two. */
export function expectedOf(x: Float32Array, count: number): Float32Array {
	let moved = 0;
	for (let i = 0; i < count; i++) moved += shift(i);
	return x.map((_, i) => x[(i - moved + WIDTH) % WIDTH]! * 2 ** count);
}
