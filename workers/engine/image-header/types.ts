/** What a file's first bytes say about it, without decoding a pixel. */

export type ImageFormat =
	'jpeg' | 'png' | 'webp' | 'gif' | 'bmp' | 'tiff' | 'avif' | 'heic' | 'svg';

/** EXIF orientation: 1 upright; 3 half turn; 6 and 8 quarter turns; 2, 4, 5, 7 the same mirrored. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

export interface ImageFacts {
	/** Stored pixels, before orientation; null when the file does not say or says 0. */
	size: { width: number; height: number } | null;
	orientation: Orientation;
	animated: boolean;
	/** The file ends before its own structure does. */
	truncated: boolean;
}

export type ImageHeader =
	{ kind: 'empty' } | { kind: 'unknown' } | ({ kind: 'image'; format: ImageFormat } & ImageFacts);

export function sizeOf(width: number, height: number): ImageFacts['size'] {
	return width > 0 && height > 0 ? { width, height } : null;
}
