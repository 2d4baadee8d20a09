/** Which pictures of the fault corpus the app would call a picture again: the two good ones of each sitter are in use before. */

/** As `DUPLICATE_BITS` in src/lib/state/duplicates.ts; a unit test holds the two together. */
export const DUPLICATE_BITS = 5;

/**
 * @param {readonly { file: string, sitter: number, fault: string | null, fingerprint?: string }[]} photos
 * @returns {Set<string>} files
 */
export function duplicatesOf(photos) {
	const again = new Set();
	/** @type {Map<number, string[]>} */
	const inUse = new Map();
	for (const { file, sitter, fault, fingerprint } of photos) {
		if (!fingerprint) continue;
		const known = inUse.get(sitter) ?? [];
		if (known.some((other) => bitsApart(other, fingerprint) <= DUPLICATE_BITS)) again.add(file);
		if (fault === null) inUse.set(sitter, [...known, fingerprint]);
	}
	return again;
}

/** @param {string} a @param {string} b */
function bitsApart(a, b) {
	let differing = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
	let bits = 0;
	for (; differing; differing &= differing - 1n) bits++;
	return bits;
}
