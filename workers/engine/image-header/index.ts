/**
 * What a file claims to be, read from its bytes alone: names and MIME types lie, and a decoder must not see a
 * file before its size is known (a PNG of 49 KB can hold 1.6 GB of pixels).
 */
import { hasText } from './bytes';
import { isBmp, readBmp } from './bmp';
import { isGif, readGif } from './gif';
import { isobmffFormat, readIsobmff } from './isobmff';
import { isJpeg, readJpeg } from './jpeg';
import { isPng, readPng } from './png';
import { isSvg } from './svg';
import type { ImageFacts, ImageFormat, ImageHeader } from './types';
import { isWebp, readWebp } from './webp';

export type { ImageFacts, ImageFormat, ImageHeader, Orientation } from './types';

const NOTHING_KNOWN: ImageFacts = { size: null, orientation: 1, animated: false, truncated: false };

/** Never throws, whatever the bytes are, and takes time in proportion to their number. */
export function readImageHeader(bytes: Uint8Array): ImageHeader {
	if (bytes.length === 0) return { kind: 'empty' };
	if (isJpeg(bytes)) return image('jpeg', readJpeg(bytes));
	if (isPng(bytes)) return image('png', readPng(bytes));
	if (isWebp(bytes)) return image('webp', readWebp(bytes));
	if (isGif(bytes)) return image('gif', readGif(bytes));
	const family = isobmffFormat(bytes);
	if (family) return image(family, readIsobmff(bytes));
	if (isBmp(bytes)) return image('bmp', readBmp(bytes));
	if (hasText(bytes, 0, 'II*\0') || hasText(bytes, 0, 'MM\0*')) return image('tiff', NOTHING_KNOWN);
	if (isSvg(bytes)) return image('svg', NOTHING_KNOWN);
	return { kind: 'unknown' };
}

function image(format: ImageFormat, facts: ImageFacts): ImageHeader {
	return { kind: 'image', format, ...facts };
}
