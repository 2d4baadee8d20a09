/**
 * Skin of a portrait brought nearer to the references', as a printer does it who has both on the table: in even light and the neutral look alone,
 * where they can be compared, and never by more than a pack allows (`docs/likeness.md`).
 */
import type { Direction } from '$lib/contract/direction';
import type { Box } from '$lib/contract/faces';
import type { SkinTone } from '$lib/contract/skin';
import { bytesToLab, labToSrgb, typologyAngle, type Lab } from './colour';
import type { PixelImage } from './image';
import { inside, ramp, soften } from './plane';
import { medianOf, isNeutral } from './skin-drift';

/**
 * Skin in shadow has less chroma and less lightness in proportion: a and b over L* + 16 do not change with the exposure, as X, Y and Z
 * change by one factor. So far apart in them is skin still skin, and from here on something else.
 */
const HUE = { same: 0.06, other: 0.16 };
/** L* + 16 of what is skin in shadow for certain, and of what is hair, brow or a dark coat, as shares of the lit skin's. */
const SHADE = { same: 0.8, other: 0.58 };
/** From the middle of the face, in halves of its box: where all skin counts, and where none does any more. Neck and ears lie between. */
const REACH = { all: 2, none: 3 };
/** Radius of the mask's softness, in widths of the face's box. */
const SOFT = 0.03;
/** Degrees within which photographs agree about skin, and how many times as far they are believed then as one of them alone. */
const AGREEMENT = { within: 16, further: 3 };
/** Exponents of the curves stay within this and its inverse: stronger ones would show. */
const STEEPEST = 1.8;

/** Clamshell light, the neutral look, and no place that colours skin. */
export function isPlain(direction: Direction): boolean {
	return direction.mood === 'M1' && direction.look === 'L1' && isNeutral(direction);
}

/**
 * What skin of the colour `skin` should become.
 *
 * @param references of the sitter; those whose light is uneven say nothing, and of the others the median counts
 * @param most degrees of the typology angle that are made up for on the word of one photograph, or of several that differ; where they agree, three
 *   times as many
 * @returns the colour nearest to `skin` that has the references' angle, or the one so many degrees on the way to it; null where the references say
 *   nothing
 */
export function matchedSkin(skin: Lab, references: readonly SkinTone[], most: number): Lab | null {
	const angles = references.flatMap(({ evenAngle }) => evenAngle ?? []);
	if (angles.length === 0) return null;
	const own = typologyAngle(skin);
	const limit = most * (agree(angles) ? AGREEMENT.further : 1);
	const way = Math.min(Math.max(medianOf(angles) - own, -limit), limit);
	const angle = ((own + way) * Math.PI) / 180;
	// Colours of one angle lie on a ray from (b* 0, L* 50): this is the foot of the perpendicular.
	const [up, along] = [Math.sin(angle), Math.cos(angle)];
	const length = Math.max(0, (skin[0] - 50) * up + skin[2] * along);
	return [50 + length * up, skin[1], length * along];
}

function agree(angles: readonly number[]): boolean {
	return angles.length > 1 && Math.max(...angles) - Math.min(...angles) <= AGREEMENT.within;
}

/**
 * Every channel gets a curve that leaves black and white where they are and brings `from` to `to`, by the share by which a pixel is skin.
 *
 * @param face box of the face, pixels; it may reach out of the picture
 * @param subject where the person is, [height, width] in [0, 1]; null where that is not known
 * @returns a new picture; far from the face, off the subject and on other colours every byte is as it was
 */
export function matchSkin(
	picture: PixelImage,
	face: Box,
	subject: Float32Array | null,
	from: Lab,
	to: Lab
): PixelImage {
	const target = labToSrgb(to);
	const exponents = labToSrgb(from).map((value, c) => exponent(value, target[c]!));
	const { region, shares } = skinMask(picture, face, subject, from);
	const data = new Uint8ClampedArray(picture.data);
	shares.forEach((share, i) => {
		if (share === 0) return;
		const at = pixelAt(picture, region, i) * 4;
		for (let c = 0; c < 3; c++)
			data[at + c] = 255 * (data[at + c]! / 255) ** (1 + share * (exponents[c]! - 1));
	});
	return { ...picture, data };
}

function exponent(from: number, to: number): number {
	const wanted = Math.log(to) / Math.log(from);
	return Number.isFinite(wanted) ? Math.min(Math.max(wanted, 1 / STEEPEST), STEEPEST) : 1;
}

/** How much every pixel around the face is skin, [height, width] of the region in [0, 1]. */
function skinMask(
	picture: PixelImage,
	face: Box,
	subject: Float32Array | null,
	skin: Lab
): { region: Box; shares: Float32Array } {
	const region = regionAround(picture, face);
	const [middleX, middleY] = [face.x + face.width / 2, face.y + face.height / 2];
	const shares = new Float32Array(region.width * region.height);
	shares.forEach((_, i) => {
		const pixel = pixelAt(picture, region, i);
		const across = (pixel % picture.width) + 0.5 - middleX;
		const down = Math.floor(pixel / picture.width) + 0.5 - middleY;
		const away = 2 * Math.hypot(across / face.width, down / face.height);
		const near = 1 - ramp((away - REACH.all) / (REACH.none - REACH.all), 1);
		const share = near * (subject ? ramp(subject[pixel]!, 1) : 1);
		// Most of a picture is backdrop: its colours need not be worked out.
		if (share === 0) return;
		shares[i] = share * likeSkin(bytesToLab(picture.data, pixel * 4), skin);
	});
	const radius = Math.max(1, Math.round(face.width * SOFT));
	// Softness must not reach where nothing is skin, or the outline of a collar would glow.
	return {
		region,
		shares: soften(shares, region, radius).map((share, i) => Math.min(share, 2 * shares[i]!))
	};
}

function likeSkin([lightness, a, b]: Lab, [skinLightness, skinA, skinB]: Lab): number {
	const [light, skinLight] = [lightness + 16, skinLightness + 16];
	const hue = Math.hypot(a / light - skinA / skinLight, b / light - skinB / skinLight);
	const shade = light / skinLight;
	return (
		(1 - ramp((hue - HUE.same) / (HUE.other - HUE.same), 1)) *
		ramp((shade - SHADE.other) / (SHADE.same - SHADE.other), 1)
	);
}

/** The whole pixels that `REACH` can touch. */
function regionAround({ width, height }: PixelImage, face: Box): Box {
	const reach = (REACH.none - 1) / 2;
	const x = inside(Math.floor(face.x - reach * face.width), width);
	const y = inside(Math.floor(face.y - reach * face.height), height);
	const right = inside(Math.ceil(face.x + (1 + reach) * face.width), width);
	const bottom = inside(Math.ceil(face.y + (1 + reach) * face.height), height);
	return { x, y, width: right - x, height: bottom - y };
}

/** Number of the pixel in the picture that is the region's `i`th. */
function pixelAt({ width }: PixelImage, region: Box, i: number): number {
	return (region.y + Math.floor(i / region.width)) * width + region.x + (i % region.width);
}
