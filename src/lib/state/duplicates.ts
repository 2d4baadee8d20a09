/** Whether a photograph is one that the sitter has already, by fingerprints that survive saving and scaling. */
import type { PhotoRemark } from '$lib/contract/faces';

/** Of 64 bits: the same picture saved again differs by fewer, another take by more (`docs/photo-quality.md`). */
export const DUPLICATE_BITS = 5;

/** @param known fingerprints of the photographs in use, 16 hex digits each */
export function duplicateRemarks(fingerprint: string, known: readonly string[]): PhotoRemark[] {
	const value = Math.min(...known.map((other) => bitsApart(other, fingerprint)));
	return value <= DUPLICATE_BITS ? [{ code: 'duplicate', value, limit: DUPLICATE_BITS }] : [];
}

/** Number of different bits between two hex strings of equal length. */
export function bitsApart(a: string, b: string): number {
	let bits = 0;
	for (let i = 0; i < Math.max(a.length, b.length); i++) {
		let differing = parseInt(a[i] ?? '0', 16) ^ parseInt(b[i] ?? '0', 16);
		for (; differing; differing &= differing - 1) bits++;
	}
	return bits;
}
