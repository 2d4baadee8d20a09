/** Where a picture is made again, larger: a region around its face or below it, and how the result is laid over the picture. */
import type { Box } from '$lib/contract/faces';
import type { ImageSize } from '$lib/contract/manifest';
import type { PixelImage } from './image';
import { inside, ramp, soften } from './plane';

/** What a pass makes again, measured by the face's box, which ends at the brow and the chin. `forge/data/face_regions.py` cuts what is learnt from by the same heights. */
export interface DetailView {
	/** Of the region, in heights and widths of the box. */
	heights: number;
	widths: number;
	/** Down from the middle of the box, in its heights. */
	lowered: number;
	/**
	 * Where the new picture counts alone: so far `around` the box, in heights and widths of it, or all of the region but a `margin`, as a share of
	 * its sides.
	 */
	solid: { around: number } | { margin: number };
}

/**
 * Room for the hair above, for the jaw's outline at the sides, and for neck and some shoulder below, which take more of it than hair. Solid to the top of
 * most hair, which must not be there twice.
 */
export const HEAD_VIEW: DetailView = {
	heights: 2.4,
	widths: 2,
	lowered: 0.1,
	solid: { around: 0.35 }
};
/** The face and nothing else, as large as it gets: eyes are then some latents wide. */
export const FACE_VIEW: DetailView = {
	heights: 1.5,
	widths: 1.25,
	lowered: 0,
	solid: { around: 0.05 }
};
/** What is worn: from under the nose down to the waist. The face above it is for the other passes. */
export const CLOTHES_VIEW: DetailView = {
	heights: 2.8,
	widths: 2.3,
	lowered: 1.5,
	solid: { margin: 0.2 }
};

/** How far around the subject the new picture still counts, in widths of the face's box: loose hair is where no mask is sure. */
const FRINGE = 0.06;

/**
 * A region of whole pixels with the picture's aspect ratio, to within half a pixel, inside the picture.
 *
 * @param face box of the face, pixels of the picture; it may reach out of it
 * @returns null when it would be as large as the picture: enlarging it gains nothing
 */
export function detailRegion(
	face: Box,
	{ width, height }: ImageSize,
	{ heights, widths, lowered }: DetailView
): Box | null {
	const share = Math.max((face.height * heights) / height, (face.width * widths) / width);
	const tall = Math.max(1, Math.ceil(share * height));
	if (!(tall < height)) return null;
	const wide = Math.max(1, Math.round((tall * width) / height));
	const centreX = face.x + face.width / 2;
	const centreY = face.y + face.height * (0.5 + lowered);
	return {
		x: inside(Math.round(centreX - wide / 2), width - wide),
		y: inside(Math.round(centreY - tall / 2), height - tall),
		width: wide,
		height: tall
	};
}

/**
 * How much of the new picture each pixel of the region takes: all where the view says so, nothing on the region's border, smooth in between. A border
 * that is the picture's own needs no seam, and there it does not fade.
 *
 * @returns [height, width] of `region`, in [0, 1]
 */
export function detailMask(
	face: Box,
	region: Box,
	picture: ImageSize,
	{ solid }: DetailView
): Float32Array {
	const extent = (start: number, length: number, whole: number) =>
		'margin' in solid
			? { first: whole * solid.margin, last: whole * (1 - solid.margin) }
			: { first: start - length * solid.around, last: start + length * (1 + solid.around) };
	const across = fade(extent(face.x - region.x, face.width, region.width), region.width, {
		start: region.x === 0,
		end: region.x + region.width === picture.width
	});
	const down = fade(extent(face.y - region.y, face.height, region.height), region.height, {
		start: region.y === 0,
		end: region.y + region.height === picture.height
	});
	return Float32Array.from(
		{ length: region.width * region.height },
		(_, i) => across[i % region.width]! * down[Math.floor(i / region.width)]!
	);
}

/**
 * Takes the backdrop out of a mask: of what neither picture takes for the subject, the first one stays. A second backdrop never continues the first,
 * and beside the head its seam is the first thing anybody sees.
 *
 * @param mask see `detailMask`
 * @param subjects where each of the two pictures has its subject, [height, width] of `region` in [0, 1]
 * @returns at most `mask`; on the face the same, whatever a decoder takes for the subject
 */
export function keepBackdrop(
	mask: Float32Array,
	subjects: readonly Float32Array[],
	face: Box,
	region: Box
): Float32Array {
	const either = new Float32Array(mask.length);
	for (const subject of subjects)
		subject.forEach((share, i) => (either[i] = Math.max(either[i]!, share)));
	const soft = soften(either, region, Math.max(1, Math.round(face.width * FRINGE)));
	return mask.map((share, i) => {
		const x = region.x + (i % region.width) + 0.5;
		const y = region.y + Math.floor(i / region.width) + 0.5;
		return share * Math.max(ramp(2 * soft[i]!, 1), oval(face, x, y));
	});
}

/**
 * Lays `detail` over a region of `picture`, by the mask.
 *
 * @param detail of the region's size
 * @param mask [height, width] of the region
 * @returns a new picture; where the mask is 0 every byte is as it was
 */
export function layOver(
	picture: PixelImage,
	detail: PixelImage,
	region: Box,
	mask: Float32Array
): PixelImage {
	const data = new Uint8ClampedArray(picture.data);
	mask.forEach((share, i) => {
		const x = region.x + (i % region.width);
		const y = region.y + Math.floor(i / region.width);
		const at = (y * picture.width + x) * 4;
		for (let c = 0; c < 3; c++) {
			const before = picture.data[at + c]!;
			data[at + c] = before + share * (detail.data[i * 4 + c]! - before);
		}
	});
	return { ...picture, data };
}

/** 1 on the oval inside the face's box, 0 from a third of its size around it on. */
function oval(face: Box, x: number, y: number): number {
	const across = (x - face.x - face.width / 2) / (face.width / 2);
	const down = (y - face.y - face.height / 2) / (face.height / 2);
	return 1 - ramp(3 * (Math.hypot(across, down) - 1), 1);
}

/** One axis of the mask, a number for each pixel: 1 from `first` to `last`. */
function fade(
	{ first, last }: { first: number; last: number },
	length: number,
	isPicture: { start: boolean; end: boolean }
): number[] {
	return Array.from({ length }, (_, i) => {
		// The outermost pixel is 0 and the solid ones are 1.
		const rising = isPicture.start ? 1 : ramp(i, first - 0.5);
		const falling = isPicture.end ? 1 : ramp(length - 1 - i, length - last - 0.5);
		return rising * falling;
	});
}
