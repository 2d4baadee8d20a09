/** Stage: a face that came out small is made again, enlarged, and laid into its picture. */
import type { Box } from '$lib/contract/faces';
import type { PackManifest } from '$lib/contract/manifest';
import { detailMask, detailRegion, keepBackdrop, layOver } from '../engine/detail-region';
import type { PixelImage } from '../engine/image';
import { gaussianNoise, NOISE_STREAM } from '../engine/rng';
import { planSampling, type SamplingPlan } from '../engine/sampling-plan';
import type { Scheduler } from '../engine/schedulers/types';
import type { Graph } from '../runtime/graph';
import { breathe, throwIfCancelled } from '../runtime/run-queue';
import { decodePortrait, encodePixels, type Decoded, type Sizes } from './decode';
import type { DenoiseInput } from './denoise';
import { resample, resamplePlane } from './encode-image';
import type { FrameSettings } from './frame-settings';

/** The part of a denoising run that the two passes do not share. */
export type Exposure = Pick<DenoiseInput, 'plan' | 'sample' | 'noise' | 'onStep'>;

/** @returns the steps of a second pass over the face; null where the pack has none */
export function planDetail(
	{ faceDetail }: PackManifest['defaults'],
	{ steps, guidanceScale }: Pick<FrameSettings, 'steps' | 'guidanceScale'>,
	scheduler: Scheduler
): SamplingPlan | null {
	if (!faceDetail || faceDetail.strength === 0) return null;
	const { strength } = faceDetail;
	return planSampling({ scheduler, steps, guidanceScale, strength, previewEvery: 0 });
}

/** @returns what to make again; null without a face, and for one that is large enough already */
export function smallFace(
	{ faceDetail }: PackManifest['defaults'],
	face: Box | undefined,
	picture: PixelImage
): { face: Box; region: Box } | null {
	if (!faceDetail || !face || face.height >= faceDetail.below * picture.height) return null;
	const region = detailRegion(face, picture);
	return region && { face, region };
}

export interface DetailInput {
	/** What the first pass made. */
	first: Decoded;
	/** See `smallFace`. */
	place: { face: Box; region: Box };
	plan: SamplingPlan;
	seed: number;
	/** Of the picture, which is that of the enlarged region too. */
	sizes: Sizes;
	scheduler: Scheduler;
	graphs: { vaeEncoder: Graph; vaeDecoder: Graph };
	/** Runs the denoiser, told what it is to make of the region. */
	expose: (exposure: Exposure) => Promise<Float32Array>;
	onStep: DenoiseInput['onStep'];
	signal: AbortSignal;
}

/**
 * The region is enlarged to the size of the whole picture, gets as much noise as the plan's first step expects, as a variation does, and is denoised.
 *
 * @returns the picture with another face; outside the region every byte is as it was, and the backdrop too where the decoder tells it from the subject
 * @throws LuxError `cancelled` between steps, or what the graphs throw
 */
export async function detailFace(input: DetailInput): Promise<PixelImage> {
	const { first, place, plan, seed, sizes, scheduler, graphs, signal } = input;
	const { picture } = first;
	const { face, region } = place;
	const enlarged = resample(picture, region, sizes.image);
	const original = await encodePixels(graphs.vaeEncoder, enlarged, sizes);
	const { length } = original;
	const noise = gaussianNoise(seed, NOISE_STREAM.detail, length);
	const latents = await input.expose({
		plan,
		sample: scheduler.addNoise(original, noise, plan.schedule, plan.steps[0]!.index),
		noise: (index) => gaussianNoise(seed, NOISE_STREAM.detailStep(index), length),
		onStep: input.onStep
	});
	await breathe();
	throwIfCancelled(signal);
	const made = await decodePortrait(graphs.vaeDecoder, latents, sizes);
	const whole = { x: 0, y: 0, width: picture.width, height: picture.height };
	const mask = detailMask(face, region, picture);
	const subjects = [
		first.subject && resamplePlane(first.subject, picture, region, region),
		made.subject && resamplePlane(made.subject, picture, whole, region)
	].filter((subject) => subject !== null);
	return layOver(
		picture,
		resample(made.picture, whole, region),
		region,
		subjects.length > 0 ? keepBackdrop(mask, subjects, face, region) : mask
	);
}
