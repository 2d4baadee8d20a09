/** Whether a photograph shows somebody else than the others of a sitter do, by the pack's own measure of likeness. */
import { cosine, meanEmbedding } from '$lib/contract/embedding';
import type { PhotoRemark } from '$lib/contract/faces';
import type { LikenessScale } from '$lib/contract/likeness';

/** What has to be known of a photograph to compare it; embeddings of different packs cannot be compared. */
interface Face {
	embedding: Float32Array;
	packHash: string;
}

/**
 * @param others photographs of the same sitter, this one not among them
 * @param scale of the pack that made the embeddings; without one nothing is said
 */
export function strangerRemarks(
	{ embedding, packHash }: Face,
	others: readonly Face[],
	scale: LikenessScale | undefined
): PhotoRemark[] {
	const comparable = others.filter((other) => other.packHash === packHash);
	if (!scale || comparable.length === 0) return [];
	const mean = meanEmbedding(
		comparable.map((other) => other.embedding),
		embedding.length
	);
	const value = cosine(embedding, mean);
	return value < scale.stranger ? [{ code: 'unlike-others', value, limit: scale.stranger }] : [];
}
