/** Lays a strided view out row by row. Used for views in checkpoints and for transposing. */

/**
 * @param bytes Begins with the view's first element and reaches its last.
 * @param elementBytes 1, 2, 4 or 8.
 * @param strides In elements, one an axis.
 * @returns The elements row by row.
 */
export function gatherStrided(
	bytes: Uint8Array,
	elementBytes: number,
	shape: readonly number[],
	strides: readonly number[]
): Uint8Array<ArrayBuffer> {
	const source = elementsOf(bytes, elementBytes);
	const count = shape.reduce((product, size) => product * size, 1);
	const target = elementsOf(new Uint8Array(count * elementBytes), elementBytes);
	const rank = shape.length;
	const innerSize = rank > 0 ? shape[rank - 1]! : 1;
	const innerStride = rank > 0 ? strides[rank - 1]! : 1;
	const index = new Array<number>(rank).fill(0);
	let from = 0;
	for (let to = 0; to < count;) {
		for (let i = 0, at = from; i < innerSize; i++, at += innerStride) target[to++] = source[at]!;
		// The next row: count up the outer axes like the digits of a number.
		for (let axis = rank - 2; axis >= 0; axis--) {
			from += strides[axis]!;
			if (++index[axis]! < shape[axis]!) break;
			from -= strides[axis]! * shape[axis]!;
			index[axis] = 0;
		}
	}
	return new Uint8Array(target.buffer);
}

type Elements = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** Elements as numbers of their width; only moved, never calculated with. */
function elementsOf(bytes: Uint8Array, elementBytes: number): Elements {
	const own =
		bytes.byteOffset % elementBytes === 0 && bytes.buffer instanceof ArrayBuffer
			? (bytes as Uint8Array<ArrayBuffer>)
			: bytes.slice();
	const length = Math.floor(own.byteLength / elementBytes);
	switch (elementBytes) {
		case 1:
			return own;
		case 2:
			return new Uint16Array(own.buffer, own.byteOffset, length);
		case 4:
			return new Uint32Array(own.buffer, own.byteOffset, length);
		default:
			// Bigints are moved like numbers; as floats some bit patterns would change on the way.
			return new BigUint64Array(
				own.buffer,
				own.byteOffset,
				length
			) as unknown as Uint32Array<ArrayBuffer>;
	}
}
