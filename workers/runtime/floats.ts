/**
 * Half precision and bfloat16 to float32 and back, rounded to nearest with ties to even as PyTorch and IEEE 754 do.
 * Every NaN becomes the plain quiet one: payloads differ between processors and mean nothing in weights.
 */

/** @param bits IEEE 754 single precision. @returns IEEE 754 half precision. */
export function halfFromFloatBits(bits: number): number {
	const sign = (bits >>> 16) & 0x8000;
	const magnitude = bits & 0x7fffffff;
	if (magnitude > 0x7f800000) return 0x7e00;
	// 65520 lies halfway to what would follow the largest half: from there on it is infinity.
	if (magnitude >= 0x477ff000) return sign | 0x7c00;
	if (magnitude >= 0x38800000) {
		const rebiased = magnitude - 0x38000000;
		return sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13);
	}
	// Half of the smallest subnormal, 2^-25, goes to the even neighbour, which is zero.
	if (magnitude <= 0x33000000) return sign;
	const mantissa = (magnitude & 0x7fffff) | 0x800000;
	const shift = 126 - (magnitude >>> 23);
	const kept = mantissa >>> shift;
	const rest = mantissa & ((1 << shift) - 1);
	const halfway = 1 << (shift - 1);
	return sign | (rest > halfway || (rest === halfway && kept & 1) ? kept + 1 : kept);
}

/** @param bits IEEE 754 single precision. @returns The upper half of it, rounded. */
export function bfloatFromFloatBits(bits: number): number {
	if ((bits & 0x7fffffff) > 0x7f800000) return 0x7fc0;
	return ((bits >>> 0) + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** @param half IEEE 754 half precision. @returns IEEE 754 single precision. */
export function floatBitsFromHalf(half: number): number {
	const sign = (half & 0x8000) << 16;
	const exponent = (half >>> 10) & 0x1f;
	let mantissa = half & 0x3ff;
	if (exponent === 0x1f) return mantissa ? 0x7fc00000 : (sign | 0x7f800000) >>> 0;
	if (exponent > 0) return (sign | ((exponent + 112) << 23) | (mantissa << 13)) >>> 0;
	if (mantissa === 0) return sign >>> 0;
	// A subnormal half is a normal float: move its first bit to where the implied one is.
	let shifted = 0;
	while (!(mantissa & 0x400)) {
		mantissa <<= 1;
		shifted++;
	}
	return (sign | ((113 - shifted) << 23) | ((mantissa & 0x3ff) << 13)) >>> 0;
}

/** @param bfloat The upper half of a single. @returns IEEE 754 single precision. */
export function floatBitsFromBfloat(bfloat: number): number {
	return (bfloat & 0x7fff) > 0x7f80 ? 0x7fc00000 : (bfloat << 16) >>> 0;
}
