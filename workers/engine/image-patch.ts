/** Small numeric views of a part of a picture. */
import type { Box, Point } from '$lib/contract/faces';
import type { PixelImage } from './image';

export interface Patch {
	width: number;
	height: number;
	/** [height, width] in [0, 1], Rec. 601 weights on sRGB values. */
	luminance: Float32Array;
	/** Mean sRGB in [0, 1]. */
	mean: readonly [number, number, number];
	/** Share of pixels with a channel at or above 250 of 255. */
	blown: number;
}

const BLOWN = 250;

/** Smallest upright box around points. */
export function boundsOf(points: readonly Point[]): Box {
	const xs = points.map(([x]) => x);
	const ys = points.map(([, y]) => y);
	const [x, y] = [Math.min(...xs), Math.min(...ys)];
	return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/**
 * Reads a box of the picture, averaged down so that its longer side has at most `most` pixels and never enlarged.
 * Parts outside the picture repeat its edge.
 */
export function readPatch(image: PixelImage, box: Box, most: number): Patch {
	const longer = Math.max(box.width, box.height, 1);
	const step = Math.max(1, longer / most);
	const width = Math.max(1, Math.round(box.width / step));
	const height = Math.max(1, Math.round(box.height / step));
	const luminance = new Float32Array(width * height);
	const sum = [0, 0, 0];
	const taps = Math.min(8, Math.ceil(step));
	let blown = 0;
	for (let row = 0; row < height; row++)
		for (let column = 0; column < width; column++) {
			const colour = [0, 0, 0];
			for (let tap = 0; tap < taps * taps; tap++) {
				const x = box.x + (column + ((tap % taps) + 0.5) / taps) * step;
				const y = box.y + (row + (Math.floor(tap / taps) + 0.5) / taps) * step;
				const at = (clamp(y, image.height) * image.width + clamp(x, image.width)) * 4;
				for (let c = 0; c < 3; c++) colour[c]! += image.data[at + c]! / (taps * taps);
			}
			if (Math.max(...colour) >= BLOWN) blown++;
			luminance[row * width + column] =
				(0.299 * colour[0]! + 0.587 * colour[1]! + 0.114 * colour[2]!) / 255;
			for (let c = 0; c < 3; c++) sum[c]! += colour[c]!;
		}
	const count = width * height;
	return {
		width,
		height,
		luminance,
		mean: [sum[0]! / count / 255, sum[1]! / count / 255, sum[2]! / count / 255],
		blown: blown / count
	};
}

const clamp = (value: number, size: number) => Math.min(Math.max(Math.floor(value), 0), size - 1);

/**
 * Difference hash of a picture: 8 rows of 9 mean luminances, each bit says whether the next one is lighter.
 * @returns 16 hex digits
 */
export function fingerprintOf(image: PixelImage): string {
	const [columns, rows] = [9, 8];
	let hex = '';
	for (let row = 0; row < rows; row++) {
		const cells = Array.from({ length: columns }, (_, column) => {
			const { luminance } = readPatch(
				image,
				{
					x: (column * image.width) / columns,
					y: (row * image.height) / rows,
					width: image.width / columns,
					height: image.height / rows
				},
				16
			);
			return luminance.reduce((total, value) => total + value, 0) / luminance.length;
		});
		let bits = 0;
		for (let i = 0; i < 8; i++) bits = (bits << 1) | Number(cells[i + 1]! > cells[i]!);
		hex += bits.toString(16).padStart(2, '0');
	}
	return hex;
}
