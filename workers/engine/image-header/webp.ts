/** WebP (RFC 9649): a RIFF file of chunks; `VP8X` announces animation and metadata, `VP8 ` or `VP8L` hold a still. */
import { hasText, OUTSIDE, textAt, uintLE } from './bytes';
import { readOrientation } from './exif';
import { type ImageFacts, sizeOf } from './types';

const ANIMATION_FLAG = 0x02;
const LOSSLESS_SIGNATURE = 0x2f;
const RIFF_HEADER = 12;

export function isWebp(bytes: Uint8Array): boolean {
	return hasText(bytes, 0, 'RIFF') && hasText(bytes, 8, 'WEBP');
}

export function readWebp(bytes: Uint8Array): ImageFacts {
	const facts: ImageFacts = { size: null, orientation: 1, animated: false, truncated: false };
	const end = 8 + uintLE(bytes, 4, 4);
	let at = RIFF_HEADER;
	while (at < end && at < bytes.length) {
		const length = uintLE(bytes, at + 4, 4);
		const data = at + 8;
		const type = textAt(bytes, at, 4);
		facts.size ??= sizeIn(bytes, type, data);
		if (type === 'VP8X') facts.animated = ((bytes[data] ?? 0) & ANIMATION_FLAG) !== 0;
		if (length === OUTSIDE || data + length > bytes.length) return { ...facts, truncated: true };
		if (type === 'EXIF') facts.orientation = readOrientation(bytes.subarray(data, data + length));
		// Chunks are padded to even length.
		at = data + length + (length % 2);
	}
	return { ...facts, truncated: end > bytes.length };
}

function sizeIn(bytes: Uint8Array, type: string, data: number): ImageFacts['size'] {
	switch (type) {
		case 'VP8X':
			return sizeOf(uintLE(bytes, data + 4, 3) + 1, uintLE(bytes, data + 7, 3) + 1);
		case 'VP8 ': {
			// Three bytes of frame tag and three of start code; the upper two bits are a scale hint.
			if (!hasText(bytes, data + 3, '\x9d\x01\x2a')) return null;
			const [width, height] = [uintLE(bytes, data + 6, 2), uintLE(bytes, data + 8, 2)];
			return width < 0 || height < 0 ? null : sizeOf(width & 0x3fff, height & 0x3fff);
		}
		case 'VP8L': {
			const fields = uintLE(bytes, data + 1, 4);
			if (bytes[data] !== LOSSLESS_SIGNATURE || fields < 0) return null;
			return sizeOf((fields & 0x3fff) + 1, ((fields >>> 14) & 0x3fff) + 1);
		}
		default:
			return null;
	}
}
