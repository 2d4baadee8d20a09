/** Who is in the portrait: face crops -> embeddings -> what the denoiser is told of the sitter. */
import { normalise } from '$lib/contract/embedding';
import type { PackManifest } from '$lib/contract/manifest';
import type { Graph, GraphTensors } from '../runtime/graph';

type IdentitySpec = Pick<PackManifest['identity'], 'cropSize' | 'embedding'>;

/**
 * Embeds one aligned face.
 *
 * @param crop [3, cropSize, cropSize] RGB in [-1, 1].
 * @returns [embeddingLength]: of unit length, or features as the encoder gives them.
 */
export async function embedFace(
	faceEncoder: Graph,
	crop: Float32Array,
	{ cropSize, embedding: kind }: IdentitySpec
): Promise<Float32Array> {
	const { embedding } = await faceEncoder.run({
		crop: { data: crop, shape: [1, 3, cropSize, cropSize] }
	});
	const { data } = embedding!;
	return kind === 'features' ? Float32Array.from(data) : normalise(data);
}

/** @returns every output of the projector, [1, tokens, width] each: the denoiser takes them by the same names */
export function encodeIdentity(
	identityProjector: Graph,
	embedding: Float32Array
): Promise<GraphTensors> {
	return identityProjector.run({
		embedding: { data: embedding, shape: [1, embedding.length] }
	});
}
