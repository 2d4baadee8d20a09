/** SVG: markup whose first element is `<svg`, whatever declarations and comments stand before it. */

/** How far the first element is looked for: past a licence comment, not through a novel. */
const SEARCH_BYTES = 4096;

export function isSvg(bytes: Uint8Array): boolean {
	// Dropping zero bytes turns UTF-16 into readable Latin text; the byte-order marks go with the blanks.
	const start = bytes.subarray(0, SEARCH_BYTES).filter((byte) => byte !== 0);
	const text = new TextDecoder('latin1').decode(start);
	let at = text.search(/[^\sï»¿ÿþ]/);
	// A loop and not one expression: comments in comments made the expression backtrack without end.
	while (at >= 0 && (text.startsWith('<?', at) || text.startsWith('<!', at))) {
		const close = text.startsWith('<!--', at) ? '-->' : '>';
		const end = text.indexOf(close, at);
		at = end < 0 ? -1 : end + close.length;
		while (at >= 0 && /\s/.test(text.charAt(at))) at += 1;
	}
	return at >= 0 && /^<(?:svg:)?svg[\s>/]/i.test(text.slice(at, at + 10));
}
