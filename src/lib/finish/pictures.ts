/** Pictures as they leave the app: cropped, marked as made by a model, saved. Browser only. */
import type { Crop } from '$lib/contract/crops';
import { LuxError } from '$lib/contract/errors';
import { downloadZip } from 'client-zip';
import { markPng } from './mark-png';

/** A kept frame and the part of it that is wanted. */
export interface Portrait {
	bytes: ArrayBuffer;
	mimeType: string;
	crop: Crop;
}

/** Pixels. */
export interface Size {
	width: number;
	height: number;
}

/**
 * One portrait as PNG. A whole one keeps its pixels untouched; a cropped one is drawn at `size`.
 * @param size absent: the crop's own pixels
 * @throws LuxError `export-failed`
 */
export async function portraitPng(
	{ bytes, mimeType, crop }: Portrait,
	tool: string,
	size?: Size
): Promise<Blob> {
	if (crop.fit === 'whole') return marked(new Uint8Array(bytes), tool);
	const picture = await decode(bytes, mimeType);
	try {
		const { canvas, context } = openCanvas(size ?? sizeOf(crop));
		context.drawImage(
			picture,
			crop.x,
			crop.y,
			crop.width,
			crop.height,
			0,
			0,
			canvas.width,
			canvas.height
		);
		return await canvasPng(canvas, tool);
	} finally {
		picture.close();
	}
}

/** Whole pixels of a crop. */
export function sizeOf({ width, height }: Pick<Crop, 'width' | 'height'>): Size {
	return { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) };
}

/** The size at which none of these loses a pixel: what a set of one shape is delivered in. */
export function commonSize(crops: readonly Crop[]): Size {
	return crops.map(sizeOf).reduce((a, b) => (b.width > a.width ? b : a));
}

/** @throws LuxError `export-failed` */
export async function zip(files: readonly { name: string; content: Blob }[]): Promise<Blob> {
	const made = files.map(({ name, content }) => ({ name, input: content }));
	return downloadZip(made)
		.blob()
		.catch((error: unknown) => failed(error));
}

/** Hands a file to the browser's own downloads. */
export function save(content: Blob, name: string): void {
	const link = document.createElement('a');
	link.href = URL.createObjectURL(content);
	link.download = name;
	link.click();
	// The download has its own hold on the bytes once it has begun.
	setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** @throws LuxError `export-failed` */
export function decode(bytes: ArrayBuffer, mimeType: string): Promise<ImageBitmap> {
	return createImageBitmap(new Blob([bytes], { type: mimeType })).catch((error: unknown) =>
		failed(error)
	);
}

/** A canvas of the document: its fonts are those of the page. @throws LuxError `export-failed` */
export function openCanvas({ width, height }: Size): {
	canvas: HTMLCanvasElement;
	context: CanvasRenderingContext2D;
} {
	const canvas = document.createElement('canvas');
	canvas.width = width;
	canvas.height = height;
	const context = canvas.getContext('2d');
	if (!context) return failed('the browser gave no canvas');
	context.imageSmoothingQuality = 'high';
	return { canvas, context };
}

/** @throws LuxError `export-failed` when the browser cannot encode it, most often for want of memory */
export async function canvasPng(canvas: HTMLCanvasElement, tool: string): Promise<Blob> {
	const blob = await new Promise<Blob | null>((made) => canvas.toBlob(made, 'image/png'));
	if (!blob) return failed('the picture could not be encoded');
	return marked(new Uint8Array(await blob.arrayBuffer()), tool);
}

function marked(png: Uint8Array<ArrayBuffer>, tool: string): Blob {
	return new Blob([markPng(png, tool)], { type: 'image/png' });
}

function failed(error: unknown): never {
	const detail = error instanceof Error ? error.message : String(error);
	throw new LuxError('export-failed', { detail }, { cause: error });
}
