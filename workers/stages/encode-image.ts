/** Pixels <-> encoded bytes and bitmaps, through the browser's own codecs. */
import { LuxError } from '$lib/contract/errors';
import type { Box } from '$lib/contract/faces';
import type { ImageSize } from '$lib/contract/manifest';
import type { PixelImage } from '../engine/image';

/** Same pixels, same browser: same bytes. PNG because it is lossless and carries no capture data. */
export async function encodePng(image: PixelImage): Promise<ArrayBuffer> {
	const canvas = new OffscreenCanvas(image.width, image.height);
	context(canvas).putImageData(toImageData(image), 0, 0);
	const blob = await canvas.convertToBlob({ type: 'image/png' });
	return blob.arrayBuffer();
}

/** For previews; the receiver closes the bitmap. */
export function toBitmap(image: PixelImage): Promise<ImageBitmap> {
	return createImageBitmap(toImageData(image));
}

/**
 * Decodes a portrait made earlier, scaled to the given size.
 *
 * @throws LuxError `request-invalid` when the bytes are not a picture.
 */
export async function decodeImage(
	bytes: ArrayBuffer,
	width: number,
	height: number
): Promise<PixelImage> {
	let bitmap: ImageBitmap;
	try {
		bitmap = await createImageBitmap(new Blob([bytes]));
	} catch (cause) {
		throw new LuxError(
			'request-invalid',
			{ detail: 'the start picture cannot be read' },
			{ cause }
		);
	}
	try {
		const target = context(new OffscreenCanvas(width, height));
		target.imageSmoothingQuality = 'high';
		target.drawImage(bitmap, 0, 0, width, height);
		return { data: target.getImageData(0, 0, width, height).data, width, height };
	} finally {
		bitmap.close();
	}
}

/**
 * Enlarges or shrinks a part of a picture, as well as the browser can.
 *
 * @param part whole pixels, inside the picture
 */
export function resample(image: PixelImage, part: Box, { width, height }: ImageSize): PixelImage {
	// Cut out first: what lies beside the part must not bleed into its edge.
	const cut = context(new OffscreenCanvas(part.width, part.height));
	cut.putImageData(toImageData(image), -part.x, -part.y);
	const target = context(new OffscreenCanvas(width, height));
	target.imageSmoothingQuality = 'high';
	target.drawImage(cut.canvas, 0, 0, width, height);
	return { data: target.getImageData(0, 0, width, height).data, width, height };
}

/**
 * One plane of numbers as `resample` does it.
 *
 * @param plane [height, width] of `of`, in [0, 1]
 * @returns [height, width] of the new size, in steps of 1 / 255
 */
export function resamplePlane(
	plane: Float32Array,
	of: ImageSize,
	part: Box,
	size: ImageSize
): Float32Array {
	const data = new Uint8ClampedArray(plane.length * 4);
	plane.forEach((value, i) => data.fill(value * 255, i * 4, i * 4 + 3));
	for (let i = 3; i < data.length; i += 4) data[i] = 255;
	const { data: resampled } = resample({ data, width: of.width, height: of.height }, part, size);
	return Float32Array.from({ length: size.width * size.height }, (_, i) => resampled[i * 4]! / 255);
}

function toImageData({ data, width, height }: PixelImage): ImageData {
	return new ImageData(new Uint8ClampedArray(data), width, height);
}

function context(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
	const found = canvas.getContext('2d', { willReadFrequently: true });
	if (!found) throw new LuxError('out-of-memory', { stage: 'encode-image' });
	return found;
}
