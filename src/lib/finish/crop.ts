/**
 * Where a portrait is cropped: by the size and the place of its face. Pure.
 *
 * The measure is the *span*: the distance between the eyes. In a profile that distance shrinks to nothing, so it is never
 * taken for less than 0.6 of the way from the eyes to the mouth (0.9 of it in a frontal face, the same up to a turn of
 * about 48 degrees).
 */
import { CROP_RATIO, type Crop, type CropId } from '$lib/contract/crops';
import type { FacePoints, Point } from '$lib/contract/faces';

export interface CropSource {
	/** Pixels. */
	width: number;
	height: number;
	/** In pixels of the picture; null when no face was found. */
	points: FacePoints | null;
}

interface Framing {
	/** Width of the crop in spans: a head is about 2.4 wide and 3.6 high. */
	spans: number;
	/** Tighter than this a crop begins to cut into the face. */
	tightest: number;
	/** Height of the eyes from the top, in heights of the crop. */
	eyes: number;
}

const FRAMING: Record<Exclude<CropId, 'whole'>, Framing> = {
	avatar: { spans: 4.6, tightest: 3.6, eyes: 0.43 },
	badge: { spans: 4.2, tightest: 2.8, eyes: 0.4 },
	profile: { spans: 4.6, tightest: 2.9, eyes: 0.4 },
	banner: { spans: 15, tightest: 9, eyes: 0.45 }
};
const PROFILE_SHARE = 0.6;
/** Height of the middle of a crop without a face: heads are in the upper half of a portrait. */
const HEAD_HEIGHT = 0.42;

interface Place {
	middle: Point;
	span: number;
}

/** One portrait, cropped by its own face. */
export function cropOne(source: CropSource, id: CropId): Crop {
	return cropTogether([source], id)[0]!;
}

/**
 * Several portraits, cropped alike: in every crop with `fit` "face" the eyes are equally far apart and equally high, in
 * widths and heights of the crop. The widest crop that fits all of them is taken; a portrait whose face stands so near the
 * edge that it would force the others too tight is set apart as `moved`.
 * @returns in the order of `sources`
 */
export function cropTogether(sources: readonly CropSource[], id: CropId): Crop[] {
	if (id === 'whole') return sources.map(whole);
	const places = sources.map(({ points }) => placeOf(points));
	const room = sources.map((source, i) => (places[i] ? spansInside(source, places[i], id) : null));
	const fitting = room.filter(
		(spans) => spans !== null && spans >= FRAMING[id].tightest
	) as number[];
	const spans = Math.min(FRAMING[id].spans, ...fitting);
	const crops = sources.map((source, i) => {
		const place = places[i];
		return place ? around(source, place, id, spans) : null;
	});
	const usual = usualPlace(sources, crops);
	return sources.map((source, i) => crops[i] ?? guessed(source, id, usual));
}

/** Distance between the eyes in widths of the crop: what is the same all over a team. */
export function eyeDistance({ width }: Crop, points: FacePoints): number {
	return distance(points.rightEye, points.leftEye) / width;
}

function placeOf(points: FacePoints | null): Place | null {
	if (!points) return null;
	const middle = between(points.rightEye, points.leftEye);
	const mouth = between(points.mouthRight, points.mouthLeft);
	const span = Math.max(
		distance(points.rightEye, points.leftEye),
		PROFILE_SHARE * distance(middle, mouth)
	);
	return Number.isFinite(span) && span > 0 ? { middle, span } : null;
}

/** The widest crop around the face, in spans, that stays inside the picture with the eyes where they belong. */
function spansInside({ width, height }: CropSource, { middle, span }: Place, id: Shape): number {
	const [x, y] = middle;
	const [ratioWidth, ratioHeight] = CROP_RATIO[id];
	const { eyes } = FRAMING[id];
	const tall = ratioHeight / ratioWidth;
	const limits = [2 * x, 2 * (width - x), y / (tall * eyes), (height - y) / (tall * (1 - eyes))];
	return Math.min(...limits) / span;
}

function around(source: CropSource, place: Place, id: Shape, spans: number): Crop {
	const [x, y] = place.middle;
	const size = sized(source, id, spans * place.span);
	const wanted = { x: x - size.width / 2, y: y - size.height * FRAMING[id].eyes };
	const inside = {
		x: within(wanted.x, source.width - size.width),
		y: within(wanted.y, source.height - size.height)
	};
	const shrunk = size.width < spans * place.span - TOLERANCE;
	const moved = distance([wanted.x, wanted.y], [inside.x, inside.y]) > TOLERANCE;
	return { ...inside, ...size, fit: shrunk || moved ? 'moved' : 'face' };
}

/** Where and how wide a crop is, in shares of the picture's sides. */
interface Usual {
	x: number;
	y: number;
	width: number;
}

/** The middle of what the others have: in one direction heads stand much alike. */
function usualPlace(sources: readonly CropSource[], crops: readonly (Crop | null)[]): Usual {
	const known = crops.flatMap((crop, i) => {
		if (!crop) return [];
		const { width, height } = sources[i]!;
		return [
			{
				x: (crop.x + crop.width / 2) / width,
				y: (crop.y + crop.height / 2) / height,
				width: crop.width / width
			}
		];
	});
	if (known.length === 0) return { x: 0.5, y: HEAD_HEIGHT, width: 1 };
	const of = (part: keyof Usual) => median(known.map((place) => place[part]));
	return { x: of('x'), y: of('y'), width: of('width') };
}

function guessed(source: CropSource, id: Shape, usual: Usual): Crop {
	const size = sized(source, id, source.width * usual.width);
	return {
		x: within(source.width * usual.x - size.width / 2, source.width - size.width),
		y: within(source.height * usual.y - size.height / 2, source.height - size.height),
		...size,
		fit: 'no-face'
	};
}

type Shape = Exclude<CropId, 'whole'>;
/** Pixels; far below what can be seen, far above rounding. */
const TOLERANCE = 1e-6;

function whole({ width, height }: CropSource): Crop {
	return { x: 0, y: 0, width, height, fit: 'whole' };
}

/** The shape at this width, or as large as the picture allows. */
function sized(source: CropSource, id: Shape, width: number): { width: number; height: number } {
	const [ratioWidth, ratioHeight] = CROP_RATIO[id];
	const fitting = Math.min(width, source.width, (source.height * ratioWidth) / ratioHeight);
	return { width: fitting, height: (fitting * ratioHeight) / ratioWidth };
}

function within(value: number, most: number): number {
	return Math.min(Math.max(value, 0), Math.max(most, 0));
}

function between([ax, ay]: Point, [bx, by]: Point): Point {
	return [(ax + bx) / 2, (ay + by) / 2];
}

function distance([ax, ay]: Point, [bx, by]: Point): number {
	return Math.hypot(ax - bx, ay - by);
}

function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
