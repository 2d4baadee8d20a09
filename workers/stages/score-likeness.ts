/** Does the portrait look like its sitter? Judged by the same face encoder that reads the references. */
import type { PackManifest } from '$lib/contract/manifest';
import type { PixelImage } from '../engine/image';
import type { Graph } from '../runtime/graph';
import { alignFace } from './align-face';
import type { FaceDetector } from './detect-face';
import { cosine, embedFace } from './encode-identity';

/**
 * @param reference Mean reference embedding, unit length.
 * @returns Cosine in [-1, 1] of the largest face, null when none is found (seen from behind, for example).
 */
export async function scoreLikeness(
	portrait: PixelImage,
	reference: Float32Array,
	faces: FaceDetector,
	faceEncoder: Graph,
	identity: PackManifest['identity']
): Promise<number | null> {
	const [face] = await faces.detect(portrait);
	if (!face) return null;
	const crop = alignFace(portrait, face.points, identity);
	return cosine(await embedFace(faceEncoder, crop, identity.cropSize), reference);
}
