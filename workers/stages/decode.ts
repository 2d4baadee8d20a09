/** Latents -> picture, and picture -> latents for variations. */
import type { PackManifest } from '$lib/contract/manifest';
import type { PixelImage } from '../engine/image';
import type { Graph } from '../runtime/graph';

/** The parts of a manifest that say how large things are; `image` for the size that was asked for. */
export type Sizes = Pick<PackManifest, 'image' | 'latents'>;

/** Shape of the latents of one picture, [1, C, H / factor, W / factor]. */
export function latentShape({
	image,
	latents
}: Sizes): [batch: number, channels: number, height: number, width: number] {
	return [1, latents.channels, image.height / latents.factor, image.width / latents.factor];
}

export interface Decoded {
	/** Opaque. */
	picture: PixelImage;
	/** Where the subject is, [height, width] in [0, 1]; null where the pack's decoder does not say. */
	subject: Float32Array | null;
}

/** @param latents [1, C, h, w] flat, as the denoiser sees them: z_model = (z - shift) * scale. */
export async function decodePortrait(
	vaeDecoder: Graph,
	latents: Float32Array,
	sizes: Sizes
): Promise<Decoded> {
	const { scale, shift } = sizes.latents;
	const outputs = await vaeDecoder.run({
		latents: { data: latents.map((z) => z / scale + shift), shape: latentShape(sizes) }
	});
	const subject = outputs['subject_mask'];
	return {
		picture: toPixels(outputs['sample']!.data, sizes.image.width, sizes.image.height),
		subject: subject ? new Float32Array(subject.data) : null
	};
}

/** The picture alone, see `decodePortrait`. */
export async function decodeLatents(
	vaeDecoder: Graph,
	latents: Float32Array,
	sizes: Sizes
): Promise<PixelImage> {
	return (await decodePortrait(vaeDecoder, latents, sizes)).picture;
}

/** @param sample [3, height, width] planes in [-1, 1]; values beyond are clamped by the byte array. */
function toPixels(sample: ArrayLike<number>, width: number, height: number): PixelImage {
	const plane = width * height;
	const data = new Uint8ClampedArray(plane * 4);
	for (let i = 0; i < plane; i++) {
		for (let c = 0; c < 3; c++) data[i * 4 + c] = (sample[c * plane + i]! + 1) * 127.5;
		data[i * 4 + 3] = 255;
	}
	return { data, width, height };
}

/**
 * @param image Must have the pack's own size.
 * @returns Latents as the denoiser sees them, [1, C, h, w] flat.
 */
export async function encodePixels(
	vaeEncoder: Graph,
	image: PixelImage,
	sizes: Sizes
): Promise<Float32Array> {
	const { width, height } = sizes.image;
	const plane = width * height;
	const sample = new Float32Array(3 * plane);
	for (let i = 0; i < plane; i++)
		for (let c = 0; c < 3; c++) sample[c * plane + i] = image.data[i * 4 + c]! / 127.5 - 1;
	const outputs = await vaeEncoder.run({ sample: { data: sample, shape: [1, 3, height, width] } });
	const { scale, shift } = sizes.latents;
	return Float32Array.from(outputs['latents']!.data, (z) => (z - shift) * scale);
}
