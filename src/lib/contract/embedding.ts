/** Face embeddings: how several become one, and how two are compared. Worker and page measure alike. */
import { LuxError } from './errors';

/**
 * The direction the references agree on. Each has unit length, so each has one vote.
 *
 * @returns [embeddingLength], unit length.
 * @throws LuxError `request-invalid` for no embeddings, a wrong length, or ones that cancel out.
 */
export function meanEmbedding(embeddings: readonly Float32Array[], length: number): Float32Array {
	return normalise(sumOf(embeddings, length));
}

/**
 * The plain mean, for packs whose embeddings are features and no points on a sphere (`identity.embedding` of the manifest).
 *
 * @returns [embeddingLength]
 * @throws LuxError `request-invalid` for no embeddings, or a wrong length.
 */
export function meanFeatures(embeddings: readonly Float32Array[], length: number): Float32Array {
	return Float32Array.from(sumOf(embeddings, length), (value) => value / embeddings.length);
}

function sumOf(embeddings: readonly Float32Array[], length: number): Float64Array {
	if (embeddings.length === 0)
		throw new LuxError('request-invalid', { detail: 'no reference embeddings' });
	const sum = new Float64Array(length);
	for (const embedding of embeddings) {
		if (embedding.length !== length)
			throw new LuxError('request-invalid', {
				detail: `an embedding has ${embedding.length} numbers, the pack needs ${length}`
			});
		embedding.forEach((value, i) => {
			sum[i]! += value;
		});
	}
	return sum;
}

/** @throws LuxError `request-invalid` for a vector without direction */
export function normalise(values: ArrayLike<number>): Float32Array {
	const length = Math.hypot(...Array.from(values));
	if (!(length > 1e-6) || !Number.isFinite(length))
		throw new LuxError('request-invalid', { detail: 'an embedding has no direction' });
	return Float32Array.from(values, (value) => value / length);
}

/** Cosine of two unit vectors, in [-1, 1]. */
export function cosine(a: Float32Array, b: Float32Array): number {
	const dot = a.reduce((sum, value, i) => sum + value * b[i]!, 0);
	return Math.min(1, Math.max(-1, dot));
}
