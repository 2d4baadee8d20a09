/** Shapes in which a portrait is delivered. Ids are kept with teams; numbers are in `finish/crop.ts`. */

export const CROP_IDS = ['whole', 'avatar', 'badge', 'profile', 'banner'] as const;
/** `whole`: the frame as it was shot. */
export type CropId = (typeof CROP_IDS)[number];

/** Shapes that suit a row of people: a banner has room for one. */
export const TEAM_CROPS = ['profile', 'badge', 'avatar', 'whole'] as const satisfies CropId[];

/** Width to height. */
export const CROP_RATIO: Record<
	Exclude<CropId, 'whole'>,
	readonly [width: number, height: number]
> = {
	avatar: [1, 1],
	badge: [3, 4],
	profile: [4, 5],
	banner: [3, 1]
};

/**
 * How a crop came about. `face`: placed by the face. `moved`: the face is too near the edge, or too large, for that, so the
 * crop was moved or made smaller to stay inside the picture. `no-face`: no face was found, the crop is where it is in
 * the other portraits of the set, or in the middle.
 * `whole`: nothing was cut.
 */
export type CropFit = 'face' | 'moved' | 'no-face' | 'whole';

/** A part of a picture, in its pixels; not whole numbers. */
export interface Crop {
	x: number;
	y: number;
	width: number;
	height: number;
	fit: CropFit;
}
