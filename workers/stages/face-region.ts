/**
 * Cuts square, possibly turned regions out of a picture and lays them out as network input.
 * Regions are similarity transforms, so a region and the points found in it convert into each other exactly.
 */
import type { Point } from '$lib/contract/faces';
import type { PixelImage } from '../engine/image';

/** A square of the picture. `size` is its side in pixels, `angle` turns its x axis clockwise (radians). */
export interface Region {
	centre: Point;
	size: number;
	angle: number;
}

/** Region coordinates (0..1 along each side) -> picture pixels. */
export function fromRegion(region: Region, [u, v]: Point): Point {
	const x = (u - 0.5) * region.size;
	const y = (v - 0.5) * region.size;
	const [cos, sin] = [Math.cos(region.angle), Math.sin(region.angle)];
	return [region.centre[0] + x * cos - y * sin, region.centre[1] + x * sin + y * cos];
}

/** The picture at full, half, quarter... size: sampling from a level close to the target size avoids aliasing. */
export type Pyramid = readonly PixelImage[];

/** Levels are halved by averaging 2 x 2 pixels while both sides stay above `smallest` pixels. */
export function buildPyramid(image: PixelImage, smallest = 128): Pyramid {
	const levels = [image];
	for (let level = image; Math.min(level.width, level.height) >= 2 * smallest;) {
		level = halve(level);
		levels.push(level);
	}
	return levels;
}

function halve(image: PixelImage): PixelImage {
	const width = image.width >> 1;
	const height = image.height >> 1;
	const data = new Uint8ClampedArray(width * height * 4);
	const stride = image.width * 4;
	const source = image.data;
	for (let y = 0, out = 0; y < height; y++)
		for (let x = 0, i = y * 2 * stride; x < width; x++, i += 8)
			for (let channel = 0; channel < 4; channel++, out++) {
				const at = i + channel;
				data[out] =
					(source[at]! + source[at + 4]! + source[at + stride]! + source[at + stride + 4]! + 2) >>
					2;
			}
	return { data, width, height };
}

/**
 * Samples a region bilinearly. Pixels outside the picture are black.
 * @param side Side of the result in pixels.
 * @param range Values that black and white become.
 * @returns [3, side, side] RGB planes.
 */
export function sampleRegion(
	pyramid: Pyramid,
	region: Region,
	side: number,
	range: readonly [black: number, white: number]
): Float32Array {
	const reduction = Math.max(1, region.size / side);
	const depth = Math.min(pyramid.length - 1, Math.floor(Math.log2(reduction) + 0.25));
	const image = pyramid[depth]!;
	const shrink = 1 / 2 ** depth;
	const step = (region.size * shrink) / side;
	const cos = Math.cos(region.angle) * step;
	const sin = Math.sin(region.angle) * step;
	// Pixel centres lie at half coordinates, in the picture and in the result.
	const middle = side / 2 - 0.5;
	const startX = region.centre[0] * shrink - 0.5 - middle * cos + middle * sin;
	const startY = region.centre[1] * shrink - 0.5 - middle * sin - middle * cos;
	const plane = side * side;
	const result = new Float32Array(3 * plane).fill(range[0]);
	const gain = (range[1] - range[0]) / 255;
	const { data, width, height } = image;
	for (let row = 0; row < side; row++)
		for (let column = 0; column < side; column++) {
			const x = startX + column * cos - row * sin;
			const y = startY + column * sin + row * cos;
			if (x <= -1 || y <= -1 || x >= width || y >= height) continue;
			const [left, top] = [Math.floor(x), Math.floor(y)];
			const [fx, fy] = [x - left, y - top];
			// Half-outside pixels at the border take the nearest inside one.
			const x0 = Math.max(0, left) * 4;
			const x1 = Math.min(width - 1, left + 1) * 4;
			const y0 = Math.max(0, top) * width * 4;
			const y1 = Math.min(height - 1, top + 1) * width * 4;
			const w00 = (1 - fx) * (1 - fy);
			const w01 = fx * (1 - fy);
			const w10 = (1 - fx) * fy;
			const w11 = fx * fy;
			const at = row * side + column;
			for (let channel = 0; channel < 3; channel++) {
				const value =
					data[y0 + x0 + channel]! * w00 +
					data[y0 + x1 + channel]! * w01 +
					data[y1 + x0 + channel]! * w10 +
					data[y1 + x1 + channel]! * w11;
				result[channel * plane + at] = range[0] + value * gain;
			}
		}
	return result;
}
