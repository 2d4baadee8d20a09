/** How good a photograph is as a reference, measured on the face alone (`docs/photo-quality.md`). */
import type { HeadPose, Point } from '$lib/contract/faces';
import type { PixelImage } from './image';
import { boundsOf, readPatch, type Patch } from './image-patch';

export interface PhotoMeasures {
	/** Pixels between the eyes, as they would be if the head were not turned. */
	eyeDistance: number;
	/** Energy of the finest details as a share of the face's contrast. */
	sharpness: number;
	/**
	 * 95th percentile of the face's luminance in [0, 1], sRGB: highlights tell the light, and dark skin in good light has
	 * them too, where a median would call it a dark photograph.
	 */
	brightness: number;
	/** Share of the face's pixels that are at the upper end of a channel. */
	blown: number;
	/** 1 minus the ratio of the 5th to the 95th percentile of the face's luminance. */
	contrast: number;
	pose: HeadPose;
	/**
	 * How open the clearer eye is: lid distance as a share of the eye's width, plus half the difference between white and
	 * iris as a share of the cheeks' lightness. The mesh follows lids only roughly, so the picture has a say.
	 */
	eyesOpen: number;
	/** Largest difference in colour between lips or skin around the eyes and cheeks, in units of the cheeks' own lightness. */
	cover: number;
}

/** Vertices of the canonical face mesh (468 points). */
const OVAL = [
	10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148,
	176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109
] as const;
const EYES = [
	{ outer: 33, inner: 133, upper: 159, lower: 145 },
	{ outer: 263, inner: 362, upper: 386, lower: 374 }
] as const;
const CHEEKS = [50, 280] as const;
/** On the lips, where no beard grows, and on the lids above and below the eyes. */
const LIPS = [12, 15, 16, 86, 316] as const;
const LIDS = [23, 253, 27, 257] as const;

/** Sides in pixels that details are judged at: a larger face says no more, a smaller one is not enlarged. */
const DETAIL_SIDE = 128;
const CONTRAST_SHARE = 0.5;
/** Samples along an eye. */
const SAMPLES = 21;

/**
 * @param image upright picture
 * @param vertices 468 mesh points in pixels of `image`
 * @param pose head pose from the same mesh
 */
export function measurePhoto(
	image: PixelImage,
	vertices: readonly Point[],
	pose: HeadPose
): PhotoMeasures {
	const face = readPatch(image, boundsOf(OVAL.map((i) => vertices[i]!)), DETAIL_SIDE);
	const sorted = Float32Array.from(face.luminance).sort();
	const at = (share: number) =>
		sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
	return {
		eyeDistance:
			distance(middle(vertices, EYES[0]), middle(vertices, EYES[1])) /
			Math.max(Math.cos((pose.yaw * Math.PI) / 180), 0.3),
		sharpness: sharpnessOf(face),
		brightness: at(0.95),
		blown: face.blown,
		contrast: 1 - at(0.05) / Math.max(at(0.95), 1e-3),
		pose,
		eyesOpen: Math.max(
			...EYES.map(
				(eye) => opening(vertices, eye) + CONTRAST_SHARE * eyeContrastOf(image, vertices, eye)
			)
		),
		cover: coverOf(image, vertices)
	};
}

const distance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1]);

function middle(vertices: readonly Point[], { outer, inner }: (typeof EYES)[number]): Point {
	const [a, b] = [vertices[outer]!, vertices[inner]!];
	return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

/** Lid distance over eye width (the eye aspect ratio of Soukupova and Cech 2016, from one pair of lid points). */
function opening(
	vertices: readonly Point[],
	{ outer, inner, upper, lower }: (typeof EYES)[number]
): number {
	return (
		distance(vertices[upper]!, vertices[lower]!) /
		Math.max(distance(vertices[outer]!, vertices[inner]!), 1e-6)
	);
}

/** Root mean square of what a 3 x 3 mean takes away, as a share of the standard deviation. */
function sharpnessOf({ luminance, width, height }: Patch): number {
	let fine = 0;
	let count = 0;
	let sum = 0;
	let squares = 0;
	for (let y = 1; y < height - 1; y++)
		for (let x = 1; x < width - 1; x++) {
			const at = y * width + x;
			let near = 0;
			for (let dy = -1; dy <= 1; dy++)
				for (let dx = -1; dx <= 1; dx++) near += luminance[at + dy * width + dx]!;
			fine += (luminance[at]! - near / 9) ** 2;
			sum += luminance[at]!;
			squares += luminance[at]! ** 2;
			count++;
		}
	if (count === 0) return 0;
	const spread = Math.sqrt(Math.max(squares / count - (sum / count) ** 2, 1e-8));
	return Math.sqrt(fine / count) / spread;
}

/** Standard deviation of luminance along the middle of an eye, corner to corner, over that of the cheeks' lightness. */
function eyeContrastOf(
	image: PixelImage,
	vertices: readonly Point[],
	{ outer, inner, upper, lower }: (typeof EYES)[number]
): number {
	const [from, to] = [vertices[outer]!, vertices[inner]!];
	const line = (vertices[upper]![1] + vertices[lower]![1]) / 2 - (from[1] + to[1]) / 2;
	const side = Math.max(distance(from, to) * 0.08, 1);
	const samples = Array.from({ length: SAMPLES }, (_, i) => {
		const share = 0.15 + (0.7 * i) / (SAMPLES - 1);
		const x = from[0] + (to[0] - from[0]) * share;
		const y = from[1] + (to[1] - from[1]) * share + line;
		return lightnessAt(image, x, y, side);
	});
	const mean = samples.reduce((total, value) => total + value, 0) / SAMPLES;
	const spread = Math.sqrt(
		samples.reduce((total, value) => total + (value - mean) ** 2, 0) / SAMPLES
	);
	const cheeks = CHEEKS.map((i) => lightnessAt(image, ...vertices[i]!, 2 * side));
	return spread / Math.max((cheeks[0]! + cheeks[1]!) / 2, 0.05);
}

function lightnessAt(image: PixelImage, x: number, y: number, side: number): number {
	const { mean } = readPatch(
		image,
		{ x: x - side / 2, y: y - side / 2, width: side, height: side },
		8
	);
	return 0.299 * mean[0] + 0.587 * mean[1] + 0.114 * mean[2];
}

/** Sunglasses, masks and hands differ in colour from the cheeks, on both sides of the face at once. */
function coverOf(image: PixelImage, vertices: readonly Point[]): number {
	const side = distance(vertices[EYES[0].outer]!, vertices[EYES[1].outer]!) * 0.12;
	const mean = (points: readonly number[]) => {
		const colours = points.map((i) => {
			const [x, y] = vertices[i]!;
			return readPatch(image, { x: x - side / 2, y: y - side / 2, width: side, height: side }, 8)
				.mean;
		});
		return [0, 1, 2].map(
			(c) => colours.reduce((total, colour) => total + colour[c]!, 0) / colours.length
		);
	};
	const cheeks = mean(CHEEKS);
	const lightness = Math.max((cheeks[0]! + cheeks[1]! + cheeks[2]!) / 3, 0.05);
	const away = (band: readonly number[]) =>
		Math.hypot(...mean(band).map((value, c) => value - cheeks[c]!)) / lightness;
	return Math.max(away(LIPS), away(LIDS));
}
