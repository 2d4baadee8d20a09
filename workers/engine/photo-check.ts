/** What a photograph must be before anything decodes it. */
import { LuxError } from '$lib/contract/errors';
import { readImageHeader } from './image-header';

/** Most bytes of a file: twice the largest JPEG a 40-megapixel camera writes. */
export const MAX_BYTES = 50_000_000;
/** Most pixels decoded: 160 MB of RGBA, the largest buffer intake ever holds. */
export const MAX_PIXELS = 40_000_000;
/** Longest side that canvases accept everywhere. */
export const MAX_SIDE = 16_384;
/** Shortest side that can hold a face worth encoding. */
export const MIN_SIDE = 96;

/**
 * Reads the header only.
 * @returns the reason to refuse the file, or null when it may be decoded. The size problem comes before truncation:
 * a decompression bomb stays one when it is cut short.
 */
export function refusePhoto(bytes: Uint8Array, name: string): LuxError | null {
	if (bytes.length > MAX_BYTES)
		return new LuxError('photo-too-many-bytes', {
			name,
			bytes: bytes.length,
			limit: MAX_BYTES
		});
	const header = readImageHeader(bytes);
	if (header.kind === 'empty') return new LuxError('photo-empty', { name });
	if (header.kind === 'unknown') return new LuxError('photo-not-an-image', { name });
	if (header.format === 'svg') return new LuxError('photo-svg', { name });
	if (header.animated) return new LuxError('photo-animated', { name });
	// Some browsers decode HEIC: only what none can is refused here.
	if (header.format === 'heic' && (!header.size || header.truncated) && !isBomb(header.size))
		return new LuxError('photo-heic', { name });
	if (!header.size)
		return new LuxError(header.truncated ? 'photo-truncated' : 'photo-undecodable', { name });
	const { width, height } = header.size;
	if (isBomb(header.size))
		return new LuxError('photo-too-many-pixels', { name, width, height, limit: MAX_PIXELS });
	if (header.truncated) return new LuxError('photo-truncated', { name });
	if (Math.min(width, height) < MIN_SIDE)
		return new LuxError('photo-too-small', { name, width, height, minimum: MIN_SIDE });
	return null;
}

function isBomb(size: { width: number; height: number } | null): boolean {
	return (
		size !== null &&
		(size.width * size.height > MAX_PIXELS || Math.max(size.width, size.height) > MAX_SIDE)
	);
}
