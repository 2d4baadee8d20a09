/** Who is in the portrait: face crops -> one mean embedding -> identity tokens. */
import { normalise } from '$lib/contract/embedding';
import type { Graph, GraphTensor } from '../runtime/graph';

/**
 * Embeds one aligned face.
 *
 * @param crop [3, cropSize, cropSize] RGB in [-1, 1].
 * @returns [embeddingLength], unit length.
 */
export async function embedFace(
	faceEncoder: Graph,
	crop: Float32Array,
	cropSize: number
): Promise<Float32Array> {
	const { embedding } = await faceEncoder.run({
		crop: { data: crop, shape: [1, 3, cropSize, cropSize] }
	});
	return normalise(embedding!.data);
}

/** @returns `identity_hidden_states` [1, tokens, width]. */
export async function encodeIdentity(
	identityProjector: Graph,
	embedding: Float32Array
): Promise<GraphTensor> {
	const outputs = await identityProjector.run({
		embedding: { data: embedding, shape: [1, embedding.length] }
	});
	return outputs['identity_hidden_states']!;
}
