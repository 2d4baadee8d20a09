/** Windows bitmap: file size, then a DIB header of one of several lengths. */
import { hasText, OUTSIDE, uintLE } from './bytes';
import { type ImageFacts, sizeOf } from './types';

/** The OS/2 header has 16-bit sizes; all later ones have signed 32-bit sizes. */
const CORE_HEADER = 12;
const LONGEST_HEADER = 256;

export function isBmp(bytes: Uint8Array): boolean {
	const header = uintLE(bytes, 14, 4);
	return hasText(bytes, 0, 'BM') && (header === OUTSIDE || header <= LONGEST_HEADER);
}

export function readBmp(bytes: Uint8Array): ImageFacts {
	const isCore = uintLE(bytes, 14, 4) === CORE_HEADER;
	const width = isCore ? uintLE(bytes, 18, 2) : uintLE(bytes, 18, 4) | 0;
	const height = isCore ? uintLE(bytes, 20, 2) : uintLE(bytes, 22, 4) | 0;
	return {
		// A negative height means rows from the top.
		size: sizeOf(width, Math.abs(height)),
		orientation: 1,
		animated: false,
		truncated: uintLE(bytes, 2, 4) > bytes.length || bytes.length < 26
	};
}
