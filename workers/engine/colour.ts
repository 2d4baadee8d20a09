/** sRGB to CIELAB, for measures that mean what people see. */

/** Linear sRGB to CIE XYZ (IEC 61966-2-1, D65), rows X, Y, Z. */
const TO_XYZ = [
	[0.4124, 0.3576, 0.1805],
	[0.2126, 0.7152, 0.0722],
	[0.0193, 0.1192, 0.9505]
] as const;
/** White point D65 of the 2 degree observer: what (1, 1, 1) has to become. */
const WHITE = [0.95047, 1, 1.08883] as const;
const EPSILON = 216 / 24389;
const KAPPA = 24389 / 27;

export type Lab = readonly [lightness: number, a: number, b: number];

/**
 * CIE 1976 L*a*b* under D65.
 * @param colour sRGB, each channel in [0, 1]
 * @returns L* in [0, 100]; a* and b* about [-110, 110]
 */
export function srgbToLab(colour: readonly [number, number, number]): Lab {
	const linear = colour.map((value) =>
		value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
	);
	const [x, y, z] = TO_XYZ.map((row, i) => {
		const value = row.reduce((sum, weight, c) => sum + weight * linear[c]!, 0) / WHITE[i]!;
		return value > EPSILON ? Math.cbrt(value) : (KAPPA * value + 16) / 116;
	}) as [number, number, number];
	return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/**
 * Individual typology angle (Chardon, Cretois and Hourseau 1991) in degrees: light skin is high, dark skin low.
 * With two arguments the arctangent keeps its meaning where b* is small or negative.
 */
export function typologyAngle([lightness, , b]: Lab): number {
	return (Math.atan2(lightness - 50, b) * 180) / Math.PI;
}
