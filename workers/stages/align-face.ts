/** Stage: cut the face out of a photo, upright and in the pack's own proportions, as the face encoder was trained on. */
import { LuxError } from '$lib/contract/errors';
import type { FacePoints } from '$lib/contract/faces';
import { type CropSpec, cropToImage, scaleOf } from '../engine/face-geometry';
import type { PixelImage } from '../engine/image';

/**
 * Up to this many photo pixels to a crop pixel, one bilinear sample is taken for each, exactly as in training, where
 * pictures are small. In a larger photo single samples would skip most pixels and turn skin and hair into noise that
 * the encoder never saw; there each crop pixel is the mean of a grid of samples at most one photo pixel apart.
 */
const PLAIN_SCALE = 2;
/** Bounds the work for face points that lie absurdly far apart. */
const MAX_GRID = 32;

/**
 * @param image upright photo; alpha is ignored.
 * @param points the face's five points in pixels of `image`.
 * @returns [1, 3, S, S] float32 RGB in [-1, 1], S = `spec.cropSize`; beyond the photo its edge continues.
 * @throws LuxError `request-invalid` when the points do not determine a crop or the image is empty.
 */
export function alignFace(image: PixelImage, points: FacePoints, spec: CropSpec): Float32Array {
	if (image.width < 1 || image.height < 1 || image.data.length < image.width * image.height * 4)
		throw new LuxError('request-invalid', { detail: 'an image without pixels' });
	const map = cropToImage(points, spec);
	const size = spec.cropSize;
	const scale = scaleOf(map);
	const grid = scale <= PLAIN_SCALE ? 1 : Math.min(Math.ceil(scale), MAX_GRID);
	const crop = new Float32Array(3 * size * size);
	const sum = new Float64Array(3);
	for (let row = 0; row < size; row++) {
		for (let column = 0; column < size; column++) {
			sum.fill(0);
			for (let i = 0; i < grid * grid; i++) {
				const x = column + ((i % grid) + 0.5) / grid;
				const y = row + (Math.floor(i / grid) + 0.5) / grid;
				addSample(
					image,
					map.a * x - map.b * y + map.shiftX,
					map.b * x + map.a * y + map.shiftY,
					sum
				);
			}
			for (let channel = 0; channel < 3; channel++) {
				const value = sum[channel]! / (grid * grid);
				crop[(channel * size + row) * size + column] = value / 127.5 - 1;
			}
		}
	}
	return crop;
}

/** Adds the bilinear RGB at continuous pixel coordinates to `sum`; the edge continues outside. */
function addSample(image: PixelImage, x: number, y: number, sum: Float64Array): void {
	const { data, width, height } = image;
	const atX = Math.min(Math.max(x - 0.5, 0), width - 1);
	const atY = Math.min(Math.max(y - 0.5, 0), height - 1);
	const left = Math.floor(atX);
	const top = Math.floor(atY);
	const right = Math.min(left + 1, width - 1);
	const bottom = Math.min(top + 1, height - 1);
	const shareX = atX - left;
	const shareY = atY - top;
	const topLeft = (top * width + left) * 4;
	const topRight = (top * width + right) * 4;
	const bottomLeft = (bottom * width + left) * 4;
	const bottomRight = (bottom * width + right) * 4;
	for (let channel = 0; channel < 3; channel++) {
		const upper = data[topLeft + channel]! * (1 - shareX) + data[topRight + channel]! * shareX;
		const lower =
			data[bottomLeft + channel]! * (1 - shareX) + data[bottomRight + channel]! * shareX;
		sum[channel]! += upper * (1 - shareY) + lower * shareY;
	}
}
