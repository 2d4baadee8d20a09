/** GIF (GIF89a specification): screen size, then blocks made of sub-blocks, a trailer byte at the end. */
import { hasText, OUTSIDE, uintLE } from './bytes';
import { type ImageFacts, sizeOf } from './types';

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const SCREEN_END = 13;
const IMAGE_DESCRIPTOR = 10;

export function isGif(bytes: Uint8Array): boolean {
	return hasText(bytes, 0, 'GIF87a') || hasText(bytes, 0, 'GIF89a');
}

export function readGif(bytes: Uint8Array): ImageFacts {
	const facts: ImageFacts = {
		size: sizeOf(uintLE(bytes, 6, 2), uintLE(bytes, 8, 2)),
		orientation: 1,
		animated: false,
		truncated: true
	};
	let frames = 0;
	let at = SCREEN_END + paletteBytes(bytes[10]);
	while (at < bytes.length) {
		const block = bytes[at];
		if (block === TRAILER) return { ...facts, truncated: false };
		if (block === IMAGE) {
			frames += 1;
			// A second frame settles it; whether the rest is whole no longer matters.
			if (frames > 1) return { ...facts, animated: true, truncated: false };
			const codeSize = at + IMAGE_DESCRIPTOR + paletteBytes(bytes[at + 9]);
			at = afterSubBlocks(bytes, codeSize + 1);
		} else if (block === EXTENSION) {
			at = afterSubBlocks(bytes, at + 2);
		} else return facts;
		if (at === OUTSIDE) return facts;
	}
	return facts;
}

function paletteBytes(flags: number | undefined): number {
	return flags !== undefined && (flags & 0x80) !== 0 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

/** Position behind the empty sub-block that ends a chain, or OUTSIDE. */
function afterSubBlocks(bytes: Uint8Array, from: number): number {
	let at = from;
	for (;;) {
		const length = bytes[at];
		if (length === undefined) return OUTSIDE;
		at += 1 + length;
		if (length === 0) return at;
	}
}
