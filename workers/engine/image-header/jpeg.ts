/** JPEG (ITU-T T.81): a row of marker segments, then scans of entropy-coded data, then EOI. */
import { hasText, OUTSIDE, uintBE } from './bytes';
import { readOrientation } from './exif';
import { type ImageFacts, sizeOf } from './types';

const EOI = 0xd9;
const APP1 = 0xe1;
/** C4, C8 and CC sit among the frame headers but define tables. */
const NOT_A_FRAME = [0xc4, 0xc8, 0xcc];

export function isJpeg(bytes: Uint8Array): boolean {
	return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

export function readJpeg(bytes: Uint8Array): ImageFacts {
	const facts: ImageFacts = { size: null, orientation: 1, animated: false, truncated: true };
	let at = nextMarker(bytes, 2);
	while (at !== OUTSIDE) {
		const marker = bytes[at]!;
		if (marker === EOI) return { ...facts, truncated: false };
		const length = uintBE(bytes, at + 1, 2);
		if (length < 2) return facts;
		const body = at + 3;
		if (isFrame(marker) && !facts.size)
			facts.size = sizeOf(uintBE(bytes, body + 3, 2), uintBE(bytes, body + 1, 2));
		if (marker === APP1 && hasText(bytes, body, 'Exif\0\0'))
			facts.orientation = readOrientation(bytes.subarray(body, body + length - 2));
		// After a scan's header this also passes over its data, whose 0xff bytes are all stuffed.
		at = nextMarker(bytes, at + 1 + length);
	}
	return facts;
}

function isFrame(marker: number): boolean {
	return marker >= 0xc0 && marker <= 0xcf && !NOT_A_FRAME.includes(marker);
}

/** Position of the code of the next marker that opens a segment or ends the picture, or OUTSIDE. */
function nextMarker(bytes: Uint8Array, from: number): number {
	for (let at = from + 1; at < bytes.length; at++)
		if (bytes[at - 1] === 0xff && !standsAlone(bytes[at]!)) return at;
	return OUTSIDE;
}

/** Stuffed zeros, TEM, restart markers, SOI and fill bytes carry no segment. */
function standsAlone(code: number): boolean {
	return code === 0 || code === 1 || code === 0xff || (code >= 0xd0 && code <= 0xd8);
}
