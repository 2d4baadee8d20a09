/** Stage: a file from the person's disk -> upright pixels of bounded size, and the same picture without metadata. */
import { LuxError } from '$lib/contract/errors';
import type { PixelImage } from '../engine/image';
import { readImageHeader } from '../engine/image-header';
import { refusePhoto } from '../engine/photo-check';

/** Long side of what is kept: a face still has several times the crop's pixels, and storage stays small. */
const MAX_LONG_SIDE = 1024;
const QUALITY = 0.92;

export interface ReadPhoto {
	/** Opaque (transparent parts on white), upright, long side at most 1024. */
	image: PixelImage;
	/** The same pixels encoded; camera, place and time are gone because only pixels were drawn. */
	bytes: ArrayBuffer;
	mimeType: string;
}

/**
 * @param name used in error parameters only.
 * @throws LuxError one of the `photo-...` codes, before decoding wherever the header tells; `out-of-memory`.
 */
export async function readPhoto(bytes: ArrayBuffer, name: string): Promise<ReadPhoto> {
	const refused = refusePhoto(new Uint8Array(bytes), name);
	if (refused) throw refused;
	const canvas = drawUpright(await decode(bytes, name), name);
	const { width, height } = canvas.canvas;
	const { data } = canvas.getImageData(0, 0, width, height);
	const encoded = await encode(canvas.canvas);
	return {
		image: { data, width, height },
		bytes: await encoded.arrayBuffer(),
		mimeType: encoded.type
	};
}

async function decode(bytes: ArrayBuffer, name: string): Promise<ImageBitmap> {
	try {
		// Scaled afterwards, not here: whether `resizeWidth` counts before or after turning differs between browsers.
		return await createImageBitmap(new Blob([bytes]), { imageOrientation: 'from-image' });
	} catch (cause) {
		const header = readImageHeader(new Uint8Array(bytes));
		const heic = header.kind === 'image' && header.format === 'heic';
		throw new LuxError(heic ? 'photo-heic' : 'photo-undecodable', { name }, { cause });
	}
}

/** Takes the bitmap over and closes it. */
function drawUpright(bitmap: ImageBitmap, name: string): OffscreenCanvasRenderingContext2D {
	try {
		if (bitmap.width < 1 || bitmap.height < 1) throw new LuxError('photo-undecodable', { name });
		const scale = Math.min(1, MAX_LONG_SIDE / Math.max(bitmap.width, bitmap.height));
		const width = Math.max(1, Math.round(bitmap.width * scale));
		const height = Math.max(1, Math.round(bitmap.height * scale));
		const context = new OffscreenCanvas(width, height).getContext('2d', {
			willReadFrequently: true
		});
		if (!context) throw new LuxError('out-of-memory', { stage: 'read-photo' });
		context.fillStyle = 'white';
		context.fillRect(0, 0, width, height);
		context.imageSmoothingQuality = 'high';
		context.drawImage(bitmap, 0, 0, width, height);
		return context;
	} finally {
		bitmap.close();
	}
}

/** WebP, or JPEG where the browser cannot write WebP: it then answers with PNG, which is far too large for photos. */
async function encode(canvas: OffscreenCanvas): Promise<Blob> {
	const webp = await canvas.convertToBlob({ type: 'image/webp', quality: QUALITY });
	if (webp.type === 'image/webp') return webp;
	return canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
}
