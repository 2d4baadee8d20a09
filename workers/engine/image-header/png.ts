/** PNG and APNG (W3C PNG, third edition): a signature, then chunks of length, type, data and checksum, IEND last. */
import { hasText, textAt, uintBE } from './bytes';
import { readOrientation } from './exif';
import { type ImageFacts, sizeOf } from './types';

const SIGNATURE = '\x89PNG\r\n\x1a\n';
/** Length, type and checksum around every chunk's data. */
const CHUNK_OVERHEAD = 12;

export function isPng(bytes: Uint8Array): boolean {
	return hasText(bytes, 0, SIGNATURE);
}

export function readPng(bytes: Uint8Array): ImageFacts {
	const facts: ImageFacts = { size: null, orientation: 1, animated: false, truncated: true };
	let at = SIGNATURE.length;
	while (at < bytes.length) {
		const length = uintBE(bytes, at, 4);
		const data = at + 8;
		const end = at + CHUNK_OVERHEAD + length;
		// IHDR's fields are taken even from a cut file: its size may be the graver problem.
		const type = textAt(bytes, at + 4, 4);
		if (type === 'IHDR') facts.size = sizeOf(uintBE(bytes, data, 4), uintBE(bytes, data + 4, 4));
		if (length < 0 || end > bytes.length) return facts;
		if (type === 'acTL') facts.animated = uintBE(bytes, data, 4) > 1;
		if (type === 'eXIf') facts.orientation = readOrientation(bytes.subarray(data, data + length));
		if (type === 'IEND') return { ...facts, truncated: false };
		at = end;
	}
	return facts;
}
