/** AVIF and HEIC (ISO/IEC 23008-12): boxes of size and type; `ftyp` lists brands, `ispe` properties hold sizes. */
import { hasText, textAt, uintBE } from './bytes';
import { type ImageFacts, sizeOf } from './types';

const AVIF_BRANDS = ['avif', 'avis'];
const HEIC_BRANDS = [
	'heic',
	'heix',
	'heim',
	'heis',
	'hevc',
	'hevm',
	'hevs',
	'hevx',
	'mif1',
	'msf1'
];
/** Image sequences: the file's first purpose, so only the major brand counts. */
const SEQUENCE_BRANDS = ['avis', 'hevc', 'hevm', 'hevs', 'hevx', 'msf1'];
/** Boxes on the way to `ispe`, and the bytes of version and flags before their children. */
const CONTAINERS: Readonly<Record<string, number>> = { meta: 4, iprp: 0, ipco: 0 };

/** Where the picture itself lies; a file cut between two boxes has neither. */
const DATA_BOXES = ['mdat', 'idat'];
/** Real files list a handful. */
const MOST_BRANDS = 64;
/** `ispe` lies in meta / iprp / ipco: anything deeper is not looked at, and a hostile nest ends here. */
const MAX_DEPTH = 3;

interface BoxAt {
	type: string;
	data: number;
	end: number;
}

/** 'avif', 'heic', or null when it is another member of the family (a film, an audio book). */
export function isobmffFormat(bytes: Uint8Array): 'avif' | 'heic' | null {
	if (!hasText(bytes, 4, 'ftyp')) return null;
	const brands = brandsOf(bytes);
	if (brands.some((brand) => AVIF_BRANDS.includes(brand))) return 'avif';
	return brands.some((brand) => HEIC_BRANDS.includes(brand)) ? 'heic' : null;
}

function brandsOf(bytes: Uint8Array): string[] {
	const end = Math.min(uintBE(bytes, 0, 4), bytes.length, 16 + 4 * MOST_BRANDS);
	const brands = [textAt(bytes, 8, 4)];
	for (let at = 16; at + 4 <= end; at += 4) brands.push(textAt(bytes, at, 4));
	return brands;
}

export function readIsobmff(bytes: Uint8Array): ImageFacts {
	const animated = SEQUENCE_BRANDS.includes(textAt(bytes, 8, 4));
	let size: ImageFacts['size'] = null;
	let hasData = false;
	const cut = walk(bytes, 0, bytes.length, (box) => {
		if (DATA_BOXES.includes(box.type)) hasData = true;
		if (box.type !== 'ispe') return;
		// Tiled pictures describe their tiles too: the whole is the largest.
		const described = sizeOf(uintBE(bytes, box.data + 4, 4), uintBE(bytes, box.data + 8, 4));
		if (areaOf(described) > areaOf(size)) size = described;
	});
	return { size, orientation: 1, animated, truncated: cut || !hasData };
}

function areaOf(size: ImageFacts['size']): number {
	return size ? size.width * size.height : 0;
}

/** Visits every box in [from, to), inner ones too. @returns whether a box reaches beyond `to`. */
function walk(
	bytes: Uint8Array,
	from: number,
	to: number,
	visit: (box: BoxAt) => void,
	depth = 0
): boolean {
	let at = from;
	while (at < to) {
		const box = boxAt(bytes, at, to);
		if (!box) return true;
		visit(box);
		const header = depth < MAX_DEPTH ? CONTAINERS[box.type] : undefined;
		const end = Math.min(box.end, to);
		if (header !== undefined && walk(bytes, box.data + header, end, visit, depth + 1)) return true;
		if (box.end > to) return true;
		at = box.end;
	}
	return false;
}

function boxAt(bytes: Uint8Array, at: number, to: number): BoxAt | null {
	const size = uintBE(bytes, at, 4);
	const type = textAt(bytes, at + 4, 4);
	if (size < 0 || type.length < 4) return null;
	if (size === 0) return { type, data: at + 8, end: to };
	if (size === 1) {
		const large = uintBE(bytes, at + 8, 4) * 2 ** 32 + uintBE(bytes, at + 12, 4);
		return large >= 16 ? { type, data: at + 16, end: at + large } : null;
	}
	return size >= 8 ? { type, data: at + 8, end: at + size } : null;
}
