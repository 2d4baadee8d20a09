/** sRGB to CIELAB, for measures that mean what people see. */

/** Linear sRGB to CIE XYZ (IEC 61966-2-1, D65), rows X, Y, Z. */
const TO_XYZ = [
	[0.4124, 0.3576, 0.1805],
	[0.2126, 0.7152, 0.0722],
	[0.0193, 0.1192, 0.9505]
] as const;
/** The inverse, rows R, G, B. */
const FROM_XYZ = [
	[3.2406, -1.5372, -0.4986],
	[-0.9689, 1.8758, 0.0415],
	[0.0557, -0.204, 1.057]
] as const;
/** White point D65 of the 2 degree observer: what (1, 1, 1) has to become. */
const WHITE = [0.95047, 1, 1.08883] as const;
const EPSILON = 216 / 24389;
const KAPPA = 24389 / 27;

/** Linear light of every byte. */
const LINEAR: Readonly<Float64Array> = Float64Array.from({ length: 256 }, (_, byte) =>
	toLinear(byte / 255)
);

export type Lab = readonly [lightness: number, a: number, b: number];

/**
 * CIE 1976 L*a*b* under D65.
 * @param colour sRGB, each channel in [0, 1]
 * @returns L* in [0, 100]; a* and b* about [-110, 110]
 */
export function srgbToLab(colour: readonly [number, number, number]): Lab {
	return linearToLab(toLinear(colour[0]), toLinear(colour[1]), toLinear(colour[2]));
}

/** As `srgbToLab`, for the three bytes of `data` from `at` on: a picture has a third of a million pixels, so no power is taken and no list made. */
export function bytesToLab(data: Uint8ClampedArray, at: number): Lab {
	return linearToLab(LINEAR[data[at]!]!, LINEAR[data[at + 1]!]!, LINEAR[data[at + 2]!]!);
}

function toLinear(value: number): number {
	return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function linearToLab(r: number, g: number, b: number): Lab {
	const along = (i: 0 | 1 | 2) => {
		const row = TO_XYZ[i];
		const value = (row[0] * r + row[1] * g + row[2] * b) / WHITE[i];
		return value > EPSILON ? Math.cbrt(value) : (KAPPA * value + 16) / 116;
	};
	const [x, y, z] = [along(0), along(1), along(2)];
	return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/**
 * The colour that `srgbToLab` reads as `lab`, to within a thousandth.
 * @returns sRGB, each channel in [0, 1]; what a screen cannot show is cut off
 */
export function labToSrgb([lightness, a, b]: Lab): [number, number, number] {
	const y = (lightness + 16) / 116;
	const xyz = [y + a / 500, y, y - b / 200].map((value, i) => {
		const cubed = value ** 3;
		return (cubed > EPSILON ? cubed : (116 * value - 16) / KAPPA) * WHITE[i]!;
	});
	return FROM_XYZ.map((row) => {
		const linear = row.reduce((sum, weight, i) => sum + weight * xyz[i]!, 0);
		const value = linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055;
		return Math.min(Math.max(value, 0), 1);
	}) as [number, number, number];
}

/**
 * Individual typology angle (Chardon, Cretois and Hourseau 1991) in degrees: light skin is high, dark skin low.
 * With two arguments the arctangent keeps its meaning where b* is small or negative.
 */
export function typologyAngle([lightness, , b]: Lab): number {
	return (Math.atan2(lightness - 50, b) * 180) / Math.PI;
}
