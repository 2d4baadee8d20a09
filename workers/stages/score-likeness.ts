/** Does the portrait look like its sitter? Judged by the same face encoder that reads the references. */
import { cosine } from '$lib/contract/embedding';
import type { PackManifest } from '$lib/contract/manifest';
import type { SkinTone } from '$lib/contract/skin';
import type { PixelImage } from '../engine/image';
import { measureSkin } from '../engine/skin-tone';
import type { Graph } from '../runtime/graph';
import { alignFace } from './align-face';
import type { FaceDetector } from './detect-face';
import { embedFace } from './encode-identity';

export interface PortraitFace {
	/** Cosine in [-1, 1] of the largest face with the references; null where the pack's embeddings are not compared. */
	likeness: number | null;
	skin: SkinTone | null;
}

/**
 * @param reference Mean reference embedding, unit length; null to leave likeness unjudged.
 * @returns null when no face is found (seen from behind, for example)
 */
export async function scoreLikeness(
	portrait: PixelImage,
	reference: Float32Array | null,
	faces: FaceDetector,
	faceEncoder: Graph,
	identity: PackManifest['identity']
): Promise<PortraitFace | null> {
	const [face] = await faces.detect(portrait);
	if (!face) return null;
	const skin = measureSkin(portrait, face.vertices);
	if (!reference) return { likeness: null, skin };
	const crop = alignFace(portrait, face.points, identity);
	const embedding = await embedFace(faceEncoder, crop, identity);
	return { likeness: cosine(embedding, reference), skin };
}
