/** The one EXIF field that matters here: which way up the camera was held (CIPA DC-008, tag 0x0112). */
import { hasText, uintBE, uintLE } from './bytes';
import type { Orientation } from './types';

const ORIENTATION_TAG = 0x0112;
const ENTRY_BYTES = 12;

/**
 * @param tiff an EXIF block from its byte-order mark on (JPEG's and some WebP writers' `Exif\0\0` is skipped).
 * @returns 1 for anything that is not a valid orientation.
 */
export function readOrientation(tiff: Uint8Array): Orientation {
	const block = hasText(tiff, 0, 'Exif\0\0') ? tiff.subarray(6) : tiff;
	const uint = hasText(block, 0, 'II') ? uintLE : uintBE;
	if (uint === uintBE && !hasText(block, 0, 'MM')) return 1;
	const directory = uint(block, 4, 4);
	const entries = uint(block, directory, 2);
	for (let i = 0; i < entries; i++) {
		const entry = directory + 2 + i * ENTRY_BYTES;
		const tag = uint(block, entry, 2);
		if (tag < 0) return 1;
		if (tag === ORIENTATION_TAG) return asOrientation(uint(block, entry + 8, 2));
	}
	return 1;
}

function asOrientation(value: number): Orientation {
	const known: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8];
	return known.find((orientation) => orientation === value) ?? 1;
}
