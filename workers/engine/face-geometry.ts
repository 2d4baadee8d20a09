/**
 * Where a face crop lies in its picture: the similarity (turn, scale, shift; no mirroring) that fits a face's eyes
 * and mouth to the pack's template best in the sense of least squares (Umeyama 1991).
 *
 * Coordinates are continuous: the centre of pixel (i, j) is at (i + 0.5, j + 0.5). The forge cuts its training crops
 * by the same rules (models/forge/forge/data/align.py); a difference here is a difference in identity.
 */
import { LuxError } from '$lib/contract/errors';
import type { FacePoints, Point } from '$lib/contract/faces';
import type { PackManifest } from '$lib/contract/manifest';

/** The parts of a manifest's `identity` that place the crop. */
export type CropSpec = Pick<PackManifest['identity'], 'cropSize' | 'template'>;

/** (x, y) -> (a x - b y + shiftX, b x + a y + shiftY); in complex numbers z -> (a + ib) z + shift. */
export interface Similarity {
	readonly a: number;
	readonly b: number;
	readonly shiftX: number;
	readonly shiftY: number;
}

export function apply(map: Similarity, [x, y]: Point): Point {
	return [map.a * x - map.b * y + map.shiftX, map.b * x + map.a * y + map.shiftY];
}

/** How much longer distances are after the map. */
export function scaleOf(map: Similarity): number {
	return Math.hypot(map.a, map.b);
}

/** The map that undoes `map`. @throws LuxError `request-invalid` when everything was mapped to one point. */
export function invert(map: Similarity): Similarity {
	const power = map.a * map.a + map.b * map.b;
	if (!(power > 0))
		throw new LuxError('request-invalid', { detail: 'a similarity of scale 0 has no inverse' });
	const a = map.a / power;
	const b = -map.b / power;
	return {
		a,
		b,
		shiftX: -(a * map.shiftX - b * map.shiftY),
		shiftY: -(b * map.shiftX + a * map.shiftY)
	};
}

/**
 * The similarity that minimises the sum of squared distances between the mapped `from` and `to`, in the
 * units of `to`. In the plane turn and scale are one complex number: sum(conj(f) t) / sum(|f|^2) over centred points.
 * @throws LuxError `request-invalid` for lists of different length, coinciding `from` points or coordinates not finite.
 */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Similarity {
	const fromMean = mean(from);
	const toMean = mean(to);
	let [power, dot, cross] = [0, 0, 0];
	from.forEach(([x, y], i) => {
		const target = to[i] ?? [Number.NaN, Number.NaN];
		const [fx, fy] = [x - fromMean[0], y - fromMean[1]];
		const [tx, ty] = [target[0] - toMean[0], target[1] - toMean[1]];
		power += fx * fx + fy * fy;
		dot += fx * tx + fy * ty;
		cross += fx * ty - fy * tx;
	});
	const a = dot / power;
	const b = cross / power;
	if (from.length !== to.length || !Number.isFinite(a) || !Number.isFinite(b))
		throw new LuxError('request-invalid', { detail: 'points that determine no similarity' });
	const [shiftX, shiftY] = [
		toMean[0] - (a * fromMean[0] - b * fromMean[1]),
		toMean[1] - (b * fromMean[0] + a * fromMean[1])
	];
	return { a, b, shiftX, shiftY };
}

function mean(points: readonly Point[]): Point {
	const sum = points.reduce<Point>(([x, y], p) => [x + p[0], y + p[1]], [0, 0]);
	return [sum[0] / points.length, sum[1] / points.length];
}

/** The three points that are aligned. The nose is left out: it moves most when the head turns. */
export function anchorsOf({ rightEye, leftEye, mouthRight, mouthLeft }: FacePoints): Point[] {
	return [rightEye, leftEye, mean([mouthRight, mouthLeft])];
}

/** Template points in pixels of the crop, in the order of `anchorsOf`. */
export function templateAnchors({ cropSize, template }: CropSpec): Point[] {
	return [template.rightEye, template.leftEye, template.mouth].map(([x, y]): Point => [
		x * cropSize,
		y * cropSize
	]);
}

/**
 * From pixels of the crop to pixels of the picture: what sampling needs. The fit is made in this direction,
 * template to face, as the forge does; fitting face to template and inverting gives a slightly larger
 * crop whenever the face does not have the template's exact proportions.
 * @throws LuxError `request-invalid` when the points are not finite or lie on top of each other.
 */
export function cropToImage(points: FacePoints, spec: CropSpec): Similarity {
	const map = fitSimilarity(templateAnchors(spec), anchorsOf(points));
	if (scaleOf(map) > 0) return map;
	throw new LuxError('request-invalid', { detail: 'face points lie on top of each other' });
}
