/** The tone of the skin in a picture, on cheeks and forehead alone. */
import type { Point } from '$lib/contract/faces';
import type { SkinTone } from '$lib/contract/skin';
import { srgbToLab, typologyAngle, type Lab } from './colour';
import type { PixelImage } from './image';
import { readPatch } from './image-patch';

/** Vertices of the face mesh in the middle of each patch: the sitter's right cheek, left cheek, forehead. */
const PATCHES = [[50, 205], [280, 425], [151]] as const;
/** Outer corners of the eyes: patches grow with the face. */
const OUTER_EYES = [33, 263] as const;
/** Side of a patch in distances between these corners. */
const SIDE = 0.14;
/** A patch of which more than this is burnt out has no tone left. */
const MOST_BLOWN = 0.1;
/** Patches further apart in lightness than this do not lie in the same light. */
const EVEN = 20;

/**
 * The lightest patch counts: on a turned or side-lit face the others lie in shadow, and a shadow is no skin tone. What is
 * burnt out is left aside before.
 *
 * @param vertices 468 mesh points in pixels of `image`
 * @returns null when fewer than two patches can be read
 */
export function measureSkin(image: PixelImage, vertices: readonly Point[]): SkinTone | null {
	const patches = readPatches(image, vertices);
	if (!patches) return null;
	const lightest = patches.reduce((best, lab) => (lab[0] > best[0] ? lab : best));
	const even = meanOf(patches);
	return {
		angle: typologyAngle(lightest),
		lightness: lightest[0],
		evenAngle: even && typologyAngle(even)
	};
}

/**
 * The colour of cheeks and forehead together: in even light it says more than the lightest patch, which may be a highlight.
 *
 * @returns null when fewer than two patches can be read, or their light differs
 */
export function evenSkin(image: PixelImage, vertices: readonly Point[]): Lab | null {
	const patches = readPatches(image, vertices);
	return patches && meanOf(patches);
}

function readPatches(image: PixelImage, vertices: readonly Point[]): Lab[] | null {
	const [right, left] = OUTER_EYES.map((i) => vertices[i]!) as [Point, Point];
	const side = Math.max(2, Math.hypot(left[0] - right[0], left[1] - right[1]) * SIDE);
	const patches = PATCHES.flatMap((patch) => {
		const x = patch.reduce((sum, i) => sum + vertices[i]![0], 0) / patch.length;
		const y = patch.reduce((sum, i) => sum + vertices[i]![1], 0) / patch.length;
		if (x < 0 || y < 0 || x >= image.width || y >= image.height) return [];
		const box = { x: x - side / 2, y: y - side / 2, width: side, height: side };
		const { mean, blown } = readPatch(image, box, 16);
		return blown > MOST_BLOWN ? [] : [srgbToLab(mean)];
	});
	return patches.length < 2 ? null : patches;
}

function meanOf(patches: readonly Lab[]): Lab | null {
	const lightness = patches.map(([value]) => value);
	if (Math.max(...lightness) - Math.min(...lightness) > EVEN) return null;
	const mean = (axis: 0 | 1 | 2) =>
		patches.reduce((sum, lab) => sum + lab[axis], 0) / patches.length;
	return [mean(0), mean(1), mean(2)];
}
