/** Pieces of image files, written byte by byte so that each can be bent on purpose. */
import { crc32 as zlibCrc, deflateSync } from 'node:zlib';

/** CRC-32 as PNG wants it; Node before 22.2 has none in zlib. @param {Uint8Array} bytes */
function crc32(bytes) {
	if (zlibCrc) return zlibCrc(bytes);
	let crc = 0xffffffff;
	for (const byte of bytes) {
		crc ^= byte;
		for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return (crc ^ 0xffffffff) >>> 0;
}

/** @param {number[]} values */
export const u32be = (...values) => {
	const out = Buffer.alloc(values.length * 4);
	values.forEach((value, i) => out.writeUInt32BE(value >>> 0, i * 4));
	return out;
};
/** @param {number[]} values */
export const u16be = (...values) => Buffer.from(values.flatMap((v) => [(v >> 8) & 255, v & 255]));
/** @param {number[]} values */
export const u16le = (...values) => Buffer.from(values.flatMap((v) => [v & 255, (v >> 8) & 255]));
/** @param {number} value */
export const u24le = (value) => Buffer.from([value & 255, (value >> 8) & 255, (value >> 16) & 255]);
/** @param {number} value */
export const u32le = (value) => Buffer.from(u32be(value)).reverse();

/** @param {string} type @param {Uint8Array} data */
export function pngChunk(type, data) {
	const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
	return Buffer.concat([u32be(data.length), body, u32be(crc32(body))]);
}

export const PNG_SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/**
 * @param {number} width @param {number} height
 * @param {{ bits?: number, colour?: number, pixels?: Buffer, extra?: Buffer[] }} [options] grey by default;
 * `extra` chunks go between header and data.
 */
export function png(width, height, { bits = 8, colour = 0, pixels, extra = [] } = {}) {
	const samples = { 0: 1, 2: 3, 6: 4 }[colour] ?? 1;
	const row = 1 + Math.ceil((width * bits * samples) / 8);
	const raw = pixels ?? Buffer.alloc(row * height);
	return Buffer.concat([
		PNG_SIGNATURE,
		pngChunk('IHDR', Buffer.concat([u32be(width, height), Buffer.from([bits, colour, 0, 0, 0])])),
		...extra,
		pngChunk('IDAT', deflateSync(raw, { level: 9 })),
		pngChunk('IEND', Buffer.alloc(0))
	]);
}

/** A shaded picture's PNG scanlines. @param {number} width @param {number} height @param {number} samples */
export function shadedRows(width, height, samples) {
	const row = 1 + width * samples;
	const raw = Buffer.alloc(row * height);
	for (let y = 0; y < height; y++)
		for (let i = 0; i < width * samples; i++) raw[y * row + 1 + i] = (y + i * 2) & 255;
	return raw;
}

/** @param {number} frames */
export function apng(frames) {
	const size = 128;
	const raw = deflateSync(shadedRows(size, size, 1), { level: 9 });
	const control = (/** @type {number} */ sequence) =>
		pngChunk(
			'fcTL',
			Buffer.concat([u32be(sequence, size, size, 0, 0), u16be(1, 10), Buffer.from([0, 0])])
		);
	const parts = [
		PNG_SIGNATURE,
		pngChunk('IHDR', Buffer.concat([u32be(size, size), Buffer.from([8, 0, 0, 0, 0])])),
		pngChunk('acTL', u32be(frames, 0)),
		control(0),
		pngChunk('IDAT', raw)
	];
	for (let frame = 1; frame < frames; frame++) {
		parts.push(control(frame * 2 - 1));
		parts.push(pngChunk('fdAT', Buffer.concat([u32be(frame * 2), raw])));
	}
	return Buffer.concat([...parts, pngChunk('IEND', Buffer.alloc(0))]);
}

/** Uncompressed GIF: a clear code before the table could grow keeps every code at nine bits. @param {number} frames */
export function gif(frames, size = 112) {
	const palette = Buffer.from(Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)));
	const image = Buffer.concat([
		Buffer.from([0x2c]),
		u16le(0, 0, size, size),
		Buffer.from([0, 8]),
		subBlocks(gifCodes(size * size)),
		Buffer.from([0])
	]);
	return Buffer.concat([
		Buffer.from('GIF89a', 'latin1'),
		u16le(size, size),
		Buffer.from([0xf7, 0, 0]),
		palette,
		...Array.from({ length: frames }, () => image),
		Buffer.from([0x3b])
	]);
}

/** @param {number} count */
function gifCodes(count) {
	const bits = [];
	const push = (/** @type {number} */ code) => {
		for (let bit = 0; bit < 9; bit++) bits.push((code >> bit) & 1);
	};
	for (let i = 0; i < count; i++) {
		if (i % 200 === 0) push(256);
		push((i >> 6) & 255);
	}
	push(257);
	const out = Buffer.alloc(Math.ceil(bits.length / 8));
	bits.forEach((bit, i) => (out[i >> 3] |= bit << (i & 7)));
	return out;
}

/** @param {Buffer} data */
function subBlocks(data) {
	const blocks = [];
	for (let at = 0; at < data.length; at += 255) {
		const part = data.subarray(at, at + 255);
		blocks.push(Buffer.from([part.length]), part);
	}
	return Buffer.concat(blocks);
}

/** @param {number} width @param {number} height */
export function bmp(width, height) {
	const row = Math.ceil((width * 3) / 4) * 4;
	const pixels = Buffer.alloc(row * height, 120);
	const header = Buffer.concat([u32le(40), u32le(width), u32le(height), u16le(1, 24)]);
	const rest = Buffer.alloc(24);
	const size = 14 + 40 + pixels.length;
	const file = Buffer.concat([Buffer.from('BM'), u32le(size), u32le(0), u32le(54)]);
	return Buffer.concat([file, header, rest, pixels]);
}

/** EXIF block with an orientation and a GPS position (52 degrees north). @param {number} orientation */
export function exif(orientation) {
	const gpsAt = 8 + 2 + 2 * 12 + 4;
	const entry = (
		/** @type {number} */ tag,
		/** @type {number} */ type,
		/** @type {number} */ count,
		/** @type {Buffer} */ value
	) => Buffer.concat([u16be(tag, type), u32be(count), value]);
	return Buffer.concat([
		Buffer.from('MM\0*', 'latin1'),
		u32be(8),
		u16be(2),
		entry(0x0112, 3, 1, u16be(orientation, 0)),
		entry(0x8825, 4, 1, u32be(gpsAt)),
		u32be(0),
		u16be(2),
		entry(0x0001, 2, 2, Buffer.from('N\0\0\0', 'latin1')),
		entry(0x0002, 5, 3, u32be(gpsAt + 2 + 2 * 12 + 4)),
		u32be(0),
		u32be(52, 1, 31, 1, 12, 1)
	]);
}

/** @param {Buffer} jpeg @param {Buffer} tiff */
export function withExif(jpeg, tiff) {
	const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
	const segment = Buffer.concat([Buffer.from([0xff, 0xe1]), u16be(body.length + 2), body]);
	return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}

/** Another size in a JPEG's frame header. @param {Buffer} jpeg @param {number} width @param {number} height */
export function withJpegSize(jpeg, width, height) {
	const out = Buffer.from(jpeg);
	for (let at = 2; at < out.length; at += 2 + out.readUInt16BE(at + 2)) {
		if (out[at + 1] === 0xc0) {
			out.writeUInt16BE(height, at + 5);
			out.writeUInt16BE(width, at + 7);
			return out;
		}
	}
	throw new Error('no baseline frame header');
}

/** @param {string} type @param {Buffer} data */
const riffChunk = (type, data) =>
	Buffer.concat([
		Buffer.from(type, 'latin1'),
		u32le(data.length),
		data,
		Buffer.alloc(data.length % 2)
	]);

/** @param {Buffer[]} chunks */
const riff = (chunks) => {
	const body = Buffer.concat([Buffer.from('WEBP', 'latin1'), ...chunks]);
	return Buffer.concat([Buffer.from('RIFF', 'latin1'), u32le(body.length), body]);
};

/** The still of a simple WebP file shown `frames` times. @param {Buffer} webp @param {number} size @param {number} frames */
export function animatedWebp(webp, size, frames) {
	const extent = Buffer.concat([u24le(size - 1), u24le(size - 1)]);
	const frame = Buffer.concat([
		u24le(0),
		u24le(0),
		extent,
		u24le(100),
		Buffer.from([0]),
		webp.subarray(12)
	]);
	return riff([
		riffChunk('VP8X', Buffer.concat([Buffer.from([2, 0, 0, 0]), extent])),
		riffChunk('ANIM', Buffer.alloc(6)),
		...Array.from({ length: frames }, () => riffChunk('ANMF', frame))
	]);
}

/** @param {string} type @param {Buffer[]} children */
export const box = (type, ...children) => {
	const body = Buffer.concat(children);
	return Buffer.concat([u32be(8 + body.length), Buffer.from(type, 'latin1'), body]);
};

/** Brands and size of a HEIF file without any picture. @param {string} brand @param {number} width @param {number} height */
export const heif = (brand, width, height) =>
	Buffer.concat([
		box('ftyp', Buffer.from(brand, 'latin1'), u32be(0), Buffer.from(`mif1${brand}`, 'latin1')),
		box('meta', u32be(0), box('iprp', box('ipco', box('ispe', u32be(0, width, height)))))
	]);

/** With a picture in it, of bytes that mean nothing. */
export const wholeHeif = (brand, width, height) =>
	Buffer.concat([heif(brand, width, height), box('mdat', Buffer.alloc(64, 0xee))]);
