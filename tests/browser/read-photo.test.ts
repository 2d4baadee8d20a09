/** Photo intake in a real browser, over the whole corpus: every file must come to the outcome it is listed with. */
import { LuxError } from '$lib/contract/errors';
import { readImageHeader } from '$workers/engine/image-header';
import { readPhoto, type ReadPhoto } from '$workers/stages/read-photo';
import { describe, expect, it, vi } from 'vitest';
import { readCorpus } from '../corpus/load';
import outcomes from '../corpus/outcomes.json';

const load = (file: string) => readCorpus(file).buffer;

async function codeOf(run: Promise<unknown>): Promise<string | null> {
	try {
		await run;
		return null;
	} catch (error) {
		if (error instanceof LuxError) return error.code;
		throw error;
	}
}

/** Mean RGB of the square of `side` pixels at (x, y). */
function colourAt({ image }: ReadPhoto, x: number, y: number, side = 6): number[] {
	const sum = [0, 0, 0];
	for (let row = y; row < y + side; row++)
		for (let column = x; column < x + side; column++)
			for (let c = 0; c < 3; c++) sum[c]! += image.data[(row * image.width + column) * 4 + c]!;
	return sum.map((value) => value / side ** 2);
}
const isWhite = (colour: number[]) => colour.every((value) => value > 235);

describe('every file of the corpus', () => {
	it.each(outcomes.map((entry) => [entry.file, entry.why, entry] as const))(
		'%s (%s)',
		async (file, _, { outcome, size }) => {
			const bytes = load(file);
			if (outcome) {
				expect(await codeOf(readPhoto(bytes, file))).toBe(outcome);
				return;
			}
			const photo = await readPhoto(bytes, file);
			expect({ width: photo.image.width, height: photo.image.height }).toEqual(size);
			expect(photo.image.data).toHaveLength(size!.width * size!.height * 4);
			expect(photo.mimeType).toBe('image/webp');
			expect(readImageHeader(new Uint8Array(photo.bytes))).toMatchObject({
				format: 'webp',
				size,
				truncated: false
			});
		}
	);
});

describe('what comes out', () => {
	it('is upright: the white corner moves with the camera', async () => {
		const plain = await readPhoto(load('plain.jpg'), 'p');
		expect(isWhite(colourAt(plain, 4, 4))).toBe(true);
		// Orientation 6: the stored top left is the upright top right.
		const turned = await readPhoto(load('turned-gps.jpg'), 't');
		expect(isWhite(colourAt(turned, 4, 4))).toBe(false);
		expect(isWhite(colourAt(turned, turned.image.width - 12, 4))).toBe(true);
		const half = await readPhoto(load('turned-half.jpg'), 'h');
		expect(isWhite(colourAt(half, half.image.width - 12, half.image.height - 12))).toBe(true);
	});

	it('carries no metadata: no EXIF, no GPS, no orientation', async () => {
		const source = load('turned-gps.jpg');
		const photo = await readPhoto(source, 'turned-gps.jpg');
		const text = (bytes: ArrayBuffer) => new TextDecoder('latin1').decode(bytes);
		expect(text(source)).toContain('Exif');
		expect(text(photo.bytes)).not.toMatch(/exif|xmp|iptc/i);
		expect(readImageHeader(new Uint8Array(photo.bytes))).toMatchObject({ orientation: 1 });
	});

	it('has transparent parts on white and no transparency', async () => {
		const { image } = await readPhoto(load('transparent.png'), 't');
		expect(image.data.every((value, i) => i % 4 !== 3 || value === 255)).toBe(true);
	});

	it('is the same picture: encoded bytes decode to nearly the same pixels', async () => {
		const photo = await readPhoto(load('large.jpg'), 'l');
		const again = await readPhoto(photo.bytes, 'again');
		let difference = 0;
		photo.image.data.forEach((value, i) => {
			difference += Math.abs(value - again.image.data[i]!);
		});
		expect(difference / photo.image.data.length).toBeLessThan(2);
	});

	it('takes HEIC where the browser decodes it', async () => {
		// No Chromium does: this one is lent what Safari answers.
		const decoded = await createImageBitmap(new ImageData(400, 300));
		const decode = vi.spyOn(globalThis, 'createImageBitmap').mockResolvedValueOnce(decoded);
		const photo = await readPhoto(load('whole.heic'), 'whole.heic');
		expect(decode).toHaveBeenCalledOnce();
		expect(photo.image).toMatchObject({ width: 400, height: 300 });
		expect(photo.mimeType).toBe('image/webp');
		decode.mockRestore();
	});

	it('refuses the bomb in under 100 ms, before decoding', async () => {
		const bytes = load('bomb-20000.png');
		const start = performance.now();
		expect(await codeOf(readPhoto(bytes, 'bomb'))).toBe('photo-too-many-pixels');
		expect(performance.now() - start).toBeLessThan(100);
	});

	it('works again after every refusal', async () => {
		for (const file of ['bad-pixels.png', 'bad-pixels.avif', 'truncated.jpg', 'zero-bytes.jpg'])
			expect(await codeOf(readPhoto(load(file), file))).not.toBeNull();
		expect(await codeOf(readPhoto(load('plain.jpg'), 'p'))).toBeNull();
	});
});
