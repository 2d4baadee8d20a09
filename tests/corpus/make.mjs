/**
 * Writes the corpus: files a person might give the app by mistake or on purpose, and outcomes.json with what must
 * become of each. `node tests/corpus/make.mjs` needs Chromium, whose encoders make the honest JPEG and WebP.
 *
 * header:  error code the bytes alone lead to, or null when they may be decoded
 * outcome: error code of the whole intake, or null with the `size` of the picture that comes out
 */
import { chromium } from 'playwright';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { CHROMIUM_FLAGS, systemChromium } from '../../scripts/chromium.mjs';
import {
	animatedWebp,
	apng,
	bmp,
	exif,
	gif,
	heif,
	wholeHeif,
	png,
	pngChunk,
	shadedRows,
	withExif,
	withJpegSize
} from './parts.mjs';

// 128 x 160, a gradient; written by libavif, because Chromium reads AVIF but does not write it.
const AVIF =
	'AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADrbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAAAAAAAOcGl0' +
	'bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAETAAAAQQAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAAAABqaXBy' +
	'cAAAAEtpcGNvAAAAFGlzcGUAAAAAAAAAgAAAAKAAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwAAAAAE2NvbHJuY2x4AAEADQAGgAAAABdpcG1h' +
	'AAAAAAAAAAEAAQQBAoMEAAAASW1kYXQSAAoJGBn/z7RAQ0GhMjITEeHhd3TTTTCwAADPyUd1XmzZIQK1JsXdpHmlq/Vl9rsEsqABPjpW1vPORuok' +
	'GV5cwA==';

/** @param {string} type @param {number} width @param {number} height */
async function encode(type, width, height) {
	const base64 = await page.evaluate(async ([type, width, height]) => {
		const canvas = new OffscreenCanvas(width, height);
		const context = canvas.getContext('2d');
		const gradient = context.createLinearGradient(0, 0, width, height);
		gradient.addColorStop(0, 'sienna');
		gradient.addColorStop(1, 'midnightblue');
		context.fillStyle = gradient;
		context.fillRect(0, 0, width, height);
		// A corner mark, so that a test can see which way is up.
		context.fillStyle = 'white';
		context.fillRect(0, 0, width / 4, height / 4);
		const blob = await canvas.convertToBlob({ type, quality: 0.8 });
		const bytes = new Uint8Array(await blob.arrayBuffer());
		return btoa(String.fromCharCode(...bytes));
	}, /** @type {const} */ ([type, width, height]));
	return Buffer.from(base64, 'base64');
}

const browser = await chromium.launch({
	executablePath: systemChromium(),
	args: CHROMIUM_FLAGS
});
const page = await browser.newPage();
const jpeg = await encode('image/jpeg', 160, 120);
const wideJpeg = await encode('image/jpeg', 1600, 1200);
const webp = await encode('image/webp', 128, 128);
await browser.close();

const half = (/** @type {Buffer} */ file) => file.subarray(0, Math.floor(file.length / 2));
const text = (/** @type {string} */ content) => Buffer.from(content, 'utf8');
// With text in it Vite inlines the file unchanged (load.ts); other SVGs it shortens.
const svg =
	'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"><text y="90">A</text></svg>\n';
const shaded = (/** @type {number} */ w, /** @type {number} */ h) =>
	png(w, h, { colour: 6, pixels: shadedRows(w, h, 4) });
const ok = (/** @type {number} */ width, /** @type {number} */ height) => ({ width, height });

/** @type {[file: string, why: string, bytes: Buffer, outcome: string | { width: number, height: number }, header?: null][]} */
const entries = [
	['zero-bytes.jpg', 'nothing in it', Buffer.alloc(0), 'photo-empty'],
	['text.jpg', 'prose under an image name', text('Dear photographer,\n'), 'photo-not-an-image'],
	['html.png', 'a web page', text('<!doctype html><html><svg></svg></html>'), 'photo-not-an-image'],
	['zeros.png', 'a file of zeros', Buffer.alloc(512), 'photo-not-an-image'],
	['film.mp4', 'ISO media, but a film', heif('mp42', 0, 0).subarray(0, 16), 'photo-not-an-image'],
	['drawing.svg', 'SVG', text(svg), 'photo-svg'],
	[
		'drawing-commented.jpg',
		'SVG behind declaration, comment and doctype, under a JPEG name',
		text(`\ufeff<?xml version="1.0"?>\n<!-- > made by hand -->\n<!DOCTYPE svg>\n${svg}`),
		'photo-svg'
	],
	[
		'nested-comments.xml',
		'markup that never starts',
		text('<!---->'.repeat(600)),
		'photo-not-an-image'
	],
	['phone.heic', 'HEIC', heif('heic', 4032, 3024), 'photo-heic'],
	['phone-generic.jpg', 'HEIC by its compatible brand only', heif('mif1', 400, 300), 'photo-heic'],
	['whole.heic', 'HEIC as some browsers decode it', wholeHeif('heic', 400, 300), 'photo-heic', null],
	['huge-header.heic', 'says 60000 x 60000', heif('heic', 60000, 60000), 'photo-too-many-pixels'],
	['scan.tiff', 'TIFF, which browsers do not decode', text('II*\0\x08\0\0\0'), 'photo-undecodable'],
	['animated.gif', 'two frames', gif(2), 'photo-animated'],
	['animated.webp', 'two frames', animatedWebp(webp, 128, 2), 'photo-animated'],
	['animated.png', 'APNG of two frames', apng(2), 'photo-animated'],
	['sequence.avif', 'AVIF image sequence', heif('avis', 320, 240), 'photo-animated'],
	['truncated.jpg', 'half of a JPEG', half(jpeg), 'photo-truncated'],
	['truncated-header.jpg', 'cut before its size', jpeg.subarray(0, 24), 'photo-truncated'],
	['truncated.png', 'half of a PNG', half(shaded(160, 120)), 'photo-truncated'],
	['truncated-header.png', 'signature only', shaded(160, 120).subarray(0, 8), 'photo-truncated'],
	['truncated.webp', 'half of a WebP', half(webp), 'photo-truncated'],
	['truncated.gif', 'no trailer', gif(1).subarray(0, -1), 'photo-truncated'],
	[
		'truncated.avif',
		'picture data cut',
		Buffer.from(AVIF, 'base64').subarray(0, -20),
		'photo-truncated'
	],
	['truncated.bmp', 'fewer rows than said', half(bmp(100, 100)), 'photo-truncated'],
	[
		'bomb-20000.png',
		'1.6 GB of pixels in 50 KB',
		png(20000, 20000, { bits: 1 }),
		'photo-too-many-pixels'
	],
	[
		'bomb-cut.png',
		'the same, cut short',
		png(20000, 20000, { bits: 1 }).subarray(0, 900),
		'photo-too-many-pixels'
	],
	[
		'long-strip.png',
		'few pixels, one huge side',
		png(30000, 100, { bits: 1 }),
		'photo-too-many-pixels'
	],
	[
		'huge-header.jpg',
		'says 65535 x 65535',
		withJpegSize(jpeg, 65535, 65535),
		'photo-too-many-pixels'
	],
	[
		'huge-header.png',
		'says 2^31 - 1 both ways',
		png(2 ** 31 - 1, 2 ** 31 - 1, { pixels: Buffer.alloc(9) }),
		'photo-too-many-pixels'
	],
	['huge-header.avif', 'says 60000 x 60000', heif('avif', 60000, 60000), 'photo-too-many-pixels'],
	['zero-size.png', 'says 0 x 0', png(0, 0, { pixels: Buffer.alloc(1) }), 'photo-undecodable'],
	['one-pixel.png', 'one pixel', png(1, 1), 'photo-too-small'],
	['narrow.png', '95 pixels wide', png(95, 400), 'photo-too-small'],
	[
		'small-header.jpg',
		'a larger JPEG that says 32 x 32',
		withJpegSize(jpeg, 32, 32),
		'photo-too-small'
	],
	['no-picture.avif', 'AVIF boxes without data', heif('avif', 320, 240), 'photo-truncated'],
	['bad-pixels.avif', 'AVIF whose data is noise', brokenAvif(), 'photo-undecodable', null],
	['bad-pixels.png', 'pixel data that does not inflate', brokenPixels(), 'photo-undecodable', null],
	['plain.jpg', 'an honest JPEG', jpeg, ok(160, 120)],
	['large.jpg', 'larger than what is kept', wideJpeg, ok(1024, 768)],
	['turned-gps.jpg', 'camera held upright, place recorded', withExif(jpeg, exif(6)), ok(120, 160)],
	['turned-half.jpg', 'upside down', withExif(jpeg, exif(3)), ok(160, 120)],
	[
		'bad-exif.jpg',
		'EXIF whose pointers lead nowhere',
		withExif(jpeg, text('MM\0*\xff\xff\xff')),
		ok(160, 120)
	],
	[
		'tail.jpg',
		'bytes after the end, as motion photos have',
		Buffer.concat([jpeg, Buffer.alloc(300, 7)]),
		ok(160, 120)
	],
	['jpeg-named.png', 'a JPEG under another name', jpeg, ok(160, 120)],
	['transparent.png', 'with transparency', shaded(120, 160), ok(120, 160)],
	['still.webp', 'an honest WebP', webp, ok(128, 128)],
	['still.gif', 'one frame', gif(1), ok(112, 112)],
	['still-apng.png', 'APNG of one frame', apng(1), ok(128, 128)],
	['still.avif', 'an honest AVIF', Buffer.from(AVIF, 'base64'), ok(128, 160)],
	['still.bmp', 'an honest bitmap', bmp(100, 100), ok(100, 100)]
];

function brokenAvif() {
	const bytes = Buffer.from(AVIF, 'base64');
	return bytes.fill(0xee, bytes.indexOf('mdat') + 4);
}

function brokenPixels() {
	const whole = png(128, 128);
	const header = whole.subarray(0, 8 + 25);
	return Buffer.concat([
		header,
		pngChunk('IDAT', Buffer.alloc(64, 0xee)),
		pngChunk('IEND', Buffer.alloc(0))
	]);
}

const folder = new URL('./files/', import.meta.url);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const outcomes = entries.map(([file, why, bytes, outcome, header]) => {
	writeFileSync(new URL(file, folder), bytes);
	const code = typeof outcome === 'string' ? outcome : null;
	const size = typeof outcome === 'string' ? {} : { size: outcome };
	return { file, why, header: header === null ? null : code, outcome: code, ...size };
});
const json = JSON.stringify(outcomes, null, '\t').replaceAll(
	/\{\n\t\t\t("width": \d+),\s+("height": \d+)\n\t\t\}/g,
	'{ $1, $2 }'
);
writeFileSync(new URL('./outcomes.json', import.meta.url), `${json}\n`);
