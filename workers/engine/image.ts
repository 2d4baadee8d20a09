/** An upright picture in memory. `data` is RGBA, row-major, 8 bit, straight alpha; length = width * height * 4. */
export interface PixelImage {
	data: Uint8ClampedArray;
	width: number;
	height: number;
}
