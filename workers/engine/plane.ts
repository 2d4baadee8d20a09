/** Small tools for masks: planes of shares, one number a pixel, row-major. */
import type { ImageSize } from '$lib/contract/manifest';

/** `value`, or the nearer end of 0 to `last`. */
export const inside = (value: number, last: number) => Math.min(Math.max(value, 0), last);

/** 0 at `distance` 0, 1 from `span` on, without an edge on the way (smoothstep). */
export function ramp(distance: number, span: number): number {
	const share = Math.min(Math.max(distance / Math.max(span, 1), 0), 1);
	return share * share * (3 - 2 * share);
}

/** Means over squares of 2 * radius + 1 pixels; over the border, the outermost pixel goes on. */
export function soften(
	values: Float32Array,
	{ width, height }: ImageSize,
	radius: number
): Float32Array {
	const along = (
		from: Float32Array,
		length: number,
		stride: number,
		lines: number,
		next: number
	) => {
		const to = new Float32Array(from.length);
		for (let line = 0; line < lines; line++) {
			const at = (i: number) => from[line * next + inside(i, length - 1) * stride]!;
			let sum = 0;
			for (let i = -radius; i <= radius; i++) sum += at(i);
			for (let i = 0; i < length; i++) {
				to[line * next + i * stride] = sum / (2 * radius + 1);
				sum += at(i + radius + 1) - at(i - radius);
			}
		}
		return to;
	};
	return along(along(values, width, 1, height, width), height, width, width, 1);
}
