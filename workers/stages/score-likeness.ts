/** Does the portrait look like its sitter? Judged by the same face encoder that reads the references. */
import { cosine } from '$lib/contract/embedding';
import type { PackManifest } from '$lib/contract/manifest';
import type { SkinTone } from '$lib/contract/skin';
import type { PixelImage } from '../engine/image';
import { measureSkin } from '../engine/skin-tone';
import type { Graph } from '../runtime/graph';
import { alignFace } from './align-face';
import type { FoundFace } from './detect-face';
import { embedFace } from './encode-identity';

export interface PortraitFace {
	/** Cosine in [-1, 1] of the face with the references; null where the pack's embeddings are not compared. */
	likeness: number | null;
	skin: SkinTone | null;
}

/**
 * @param face the portrait's, see `surestFace`
 * @param reference Mean reference embedding, unit length; null to leave likeness unjudged.
 */
export async function scoreLikeness(
	portrait: PixelImage,
	face: FoundFace,
	reference: Float32Array | null,
	faceEncoder: Graph,
	identity: PackManifest['identity']
): Promise<PortraitFace> {
	const skin = measureSkin(portrait, face.vertices);
	if (!reference) return { likeness: null, skin };
	const crop = alignFace(portrait, face.points, identity);
	const embedding = await embedFace(faceEncoder, crop, identity);
	return { likeness: cosine(embedding, reference), skin };
}
