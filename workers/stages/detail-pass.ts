/** Stages: what came out small, clothes or a face, is made again, enlarged, and laid into its picture. */
import type { Box } from '$lib/contract/faces';
import type { PackManifest } from '$lib/contract/manifest';
import type { Stage } from '$lib/contract/progress';
import {
	CLOTHES_VIEW,
	detailMask,
	detailRegion,
	FACE_VIEW,
	HEAD_VIEW,
	keepBackdrop,
	layOver,
	type DetailView
} from '../engine/detail-region';
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

/** The part of a denoising run that the passes do not share. */
export type Exposure = Pick<DenoiseInput, 'plan' | 'sample' | 'noise' | 'onStep'>;

/** One more pass over a part of the picture. */
export interface DetailPass {
	stage: Stage;
	/** Faces as high as this share of the picture, and higher ones, are left as they are. */
	below: number;
	view: DetailView;
	plan: SamplingPlan;
	/** Streams of its first noise and of what is added after its steps. */
	streams: { first: number; step: (index: number) => number };
}

const { clothes, clothesStep, detail, detailStep, closer, closerStep } = NOISE_STREAM;
/** In their order: a face is laid over the collar, not a collar over the face. */
const PASSES = [
	{
		stage: 'clothes-detail',
		view: CLOTHES_VIEW,
		streams: { first: clothes, step: clothesStep },
		asked: ({ clothesDetail }: PackManifest['defaults']) => clothesDetail
	},
	{
		stage: 'face-detail',
		view: HEAD_VIEW,
		streams: { first: detail, step: detailStep },
		asked: ({ faceDetail }: PackManifest['defaults']) => faceDetail
	},
	{
		stage: 'face-detail',
		view: FACE_VIEW,
		streams: { first: closer, step: closerStep },
		asked: ({ faceDetail }: PackManifest['defaults']) => faceDetail?.closer
	}
] as const;

/** @returns the passes that follow the first one, in their order; none where the pack has none */
export function planDetail(
	defaults: PackManifest['defaults'],
	{ steps, guidanceScale }: Pick<FrameSettings, 'steps' | 'guidanceScale'>,
	scheduler: Scheduler
): DetailPass[] {
	return PASSES.flatMap(({ asked, ...rest }) => {
		const pass = asked(defaults);
		if (!pass || pass.strength === 0) return [];
		const { below, strength } = pass;
		const plan = planSampling({ scheduler, steps, guidanceScale, strength, previewEvery: 0 });
		return [{ ...rest, below, plan }];
	});
}

/** @returns what a pass makes again; null without a face, and for one that is large enough already */
export function regionOf(
	{ below, view }: Pick<DetailPass, 'below' | 'view'>,
	face: Box | undefined,
	picture: PixelImage
): { face: Box; region: Box } | null {
	if (!face || face.height >= below * picture.height) return null;
	const region = detailRegion(face, picture, view);
	return region && { face, region };
}

export interface DetailInput {
	/** The picture as it is so far, and where the first pass has its subject. */
	before: Decoded;
	/** See `regionOf`. */
	place: { face: Box; region: Box };
	pass: DetailPass;
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
 * @returns the picture with another face, or other clothes; outside the region every byte is as it was, and the backdrop too where the decoder tells it from the subject
 * @throws LuxError `cancelled` between steps, or what the graphs throw
 */
export async function makeAgain(input: DetailInput): Promise<PixelImage> {
	const { before, place, pass, seed, sizes, scheduler, graphs, signal } = input;
	const { plan, view, streams } = pass;
	const { picture } = before;
	const { face, region } = place;
	const enlarged = resample(picture, region, sizes.image);
	const original = await encodePixels(graphs.vaeEncoder, enlarged, sizes);
	const { length } = original;
	const noise = gaussianNoise(seed, streams.first, length);
	const latents = await input.expose({
		plan,
		sample: scheduler.addNoise(original, noise, plan.schedule, plan.steps[0]!.index),
		noise: (index) => gaussianNoise(seed, streams.step(index), length),
		onStep: input.onStep
	});
	await breathe();
	throwIfCancelled(signal);
	const made = await decodePortrait(graphs.vaeDecoder, latents, sizes);
	const whole = { x: 0, y: 0, width: picture.width, height: picture.height };
	const mask = detailMask(face, region, picture, view);
	const subjects = [
		before.subject && resamplePlane(before.subject, picture, region, region),
		made.subject && resamplePlane(made.subject, picture, whole, region)
	].filter((subject) => subject !== null);
	return layOver(
		picture,
		resample(made.picture, whole, region),
		region,
		subjects.length > 0 ? keepBackdrop(mask, subjects, face, region) : mask
	);
}
