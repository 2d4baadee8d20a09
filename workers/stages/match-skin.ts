/** Stage: in plain light, the skin of a portrait is brought nearer to the references'. */
import type { PackManifest } from '$lib/contract/manifest';
import type { PixelImage } from '../engine/image';
import { isPlain, matchedSkin, matchSkin } from '../engine/skin-match';
import { evenSkin } from '../engine/skin-tone';
import type { FoundFace } from './detect-face';
import type { FrameSettings } from './frame-settings';

/** @returns by how many degrees at most skin is matched on the word of one photograph (`matchedSkin`); null where the pack, the direction or the request leaves it as it was made */
export function skinAllowance(
	{ skinMatch }: PackManifest['defaults'],
	{
		direction,
		identityStrength,
		skin
	}: Pick<FrameSettings, 'direction' | 'identityStrength' | 'skin'>
): number | null {
	if (!skinMatch || !skin?.length || !isPlain(direction)) return null;
	// A portrait that is to be half the sitter's is changed by half as much.
	return identityStrength === 0 ? null : skinMatch * identityStrength;
}

/**
 * @param subject where the person is, [height, width] in [0, 1]; null where the decoder does not say
 * @param most see `skinAllowance`
 * @returns `picture` itself where its face or the references do not say enough
 */
export function matchPortrait(
	picture: PixelImage,
	face: FoundFace,
	subject: Float32Array | null,
	references: NonNullable<FrameSettings['skin']>,
	most: number
): PixelImage {
	const own = evenSkin(picture, face.vertices);
	const wanted = own && matchedSkin(own, references, most);
	return wanted ? matchSkin(picture, face.box, subject, own, wanted) : picture;
}
