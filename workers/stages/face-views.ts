/** The upright squares of a picture that the detector is shown, because it only finds faces within a range of sizes. */
import type { PixelImage } from '../engine/image';
import type { Region } from './face-region';

type Size = Pick<PixelImage, 'width' | 'height'>;

/** Tiles overlap by this share of their side, so that a face cut by one is whole in the next. */
const TILE_OVERLAP = 0.4;

/** The whole picture, and the whole picture shrunk into its square: finds a face that fills or overflows the frame. */
export function nearViews({ width, height }: Size): Region[] {
	const centre = [width / 2, height / 2] as const;
	const side = Math.max(width, height);
	return [1, 1.8].map((zoom) => ({ centre, size: side * zoom, angle: 0 }));
}

/** Overlapping tiles of half the long side: finds small faces. */
export function farViews({ width, height }: Size): Region[] {
	const size = Math.max(width, height) / 2;
	return tileCentres(height, size).flatMap((y) =>
		tileCentres(width, size).map((x): Region => ({ centre: [x, y], size, angle: 0 }))
	);
}

/** Centres of the fewest evenly spread tiles that cover `length` with the overlap. */
function tileCentres(length: number, tile: number): number[] {
	if (length <= tile) return [length / 2];
	const count = Math.ceil((length - tile) / (tile * (1 - TILE_OVERLAP))) + 1;
	return Array.from({ length: count }, (_, i) => tile / 2 + ((length - tile) * i) / (count - 1));
}
