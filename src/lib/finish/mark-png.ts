/**
 * Says in a PNG file that its picture was made by a model: XMP with the IPTC property `DigitalSourceType`, in an `iTXt` chunk
 * under the keyword that the XMP specification (part 3, PNG) reserves.
 */

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
/** Signature and the IHDR chunk, which has to come first. */
const AFTER_HEADER = 8 + 25;
const KEYWORD = 'XML:com.adobe.xmp';
const TRAINED = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';

/**
 * @param tool name and version of what made it, for example "LuxShot, pack pocket 3fa94c01"
 * @returns the same picture with the mark; bytes that are no PNG come back as they are
 */
export function markPng(png: Uint8Array<ArrayBuffer>, tool: string): Uint8Array<ArrayBuffer> {
	if (!SIGNATURE.every((byte, i) => png[i] === byte)) return png;
	// Keyword, end of text, no compression (2 bytes), no language and no translated keyword (2 ends of text), text.
	const text = new TextEncoder().encode(`${KEYWORD}\0\0\0\0\0${packet(tool)}`);
	const chunk = new Uint8Array(12 + text.length);
	const view = new DataView(chunk.buffer);
	view.setUint32(0, text.length);
	chunk.set(new TextEncoder().encode('iTXt'), 4);
	chunk.set(text, 8);
	view.setUint32(8 + text.length, crc32(chunk.subarray(4, 8 + text.length)));
	const marked = new Uint8Array(png.length + chunk.length);
	marked.set(png.subarray(0, AFTER_HEADER));
	marked.set(chunk, AFTER_HEADER);
	marked.set(png.subarray(AFTER_HEADER), AFTER_HEADER + chunk.length);
	return marked;
}

function packet(tool: string): string {
	return `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" Iptc4xmpExt:DigitalSourceType="${TRAINED}" xmp:CreatorTool="${escaped(tool)}"/></rdf:RDF></x:xmpmeta><?xpacket end="r"?>`;
}

function escaped(text: string): string {
	return text
		.replaceAll('&', '&amp;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;')
		.replaceAll('"', '&quot;');
}

/** CRC-32 as PNG asks for it (ISO 3309), bit by bit: a chunk of 1 KB needs no table. */
export function crc32(bytes: Uint8Array): number {
	let crc = 0xffffffff;
	for (const byte of bytes) {
		crc ^= byte;
		for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
	}
	return (crc ^ 0xffffffff) >>> 0;
}
