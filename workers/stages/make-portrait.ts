/** One portrait from beginning to end: the stages in order, and nothing else. */
import type { FrameRequest, FrameResult } from '$lib/contract/engine';
import type { DetectedFace } from '$lib/contract/faces';
import { bandOf, likenessScale } from '$lib/contract/likeness';
import type { ProgressListener } from '$lib/contract/progress';
import type { PixelImage } from '../engine/image';
import { gaussianNoise, NOISE_STREAM } from '../engine/rng';
import { planSampling, type SamplingPlan } from '../engine/sampling-plan';
import type { Scheduler } from '../engine/schedulers/types';
import { skinDrift } from '../engine/skin-drift';
import type { Graph } from '../runtime/graph';
import type { DirectionTokens, IdentityTokens } from './condition';
import { decodeLatents, decodePortrait, encodePixels, latentShape, type Sizes } from './decode';
import { denoise, type DenoiseInput } from './denoise';
import { surestFace } from './detect-face';
import { makeAgain, planDetail, regionOf, type Exposure } from './detail-pass';
import { decodeImage, encodePng, toBitmap } from './encode-image';
import { fillIn, type FrameSettings } from './frame-settings';
import { matchPortrait, skinAllowance } from './match-skin';
import type { Studio } from './open-studio';
import { scoreLikeness } from './score-likeness';
import { StageClock } from './stage-clock';

/**
 * @returns Same request, pack and device kind: the same bytes.
 * @throws LuxError `request-invalid`, `cancelled`, or what the graphs throw.
 */
export async function makePortrait(
	studio: Pick<Studio, 'pack' | 'conditioner' | 'scheduler' | 'faces' | 'report'>,
	request: FrameRequest,
	signal: AbortSignal,
	report: ProgressListener
): Promise<FrameResult> {
	const { conditioner, faces, scheduler } = studio;
	const { manifest } = studio.pack;
	const settings = fillIn(request, manifest);
	const { seed, size, guidanceScale, identityStrength } = settings;
	const graphs = studio.pack.graphsFor(size);
	const sizes: Sizes = { image: size, latents: manifest.latents };
	const plan = planSampling({ ...settings, scheduler, strength: settings.init?.strength });
	const details = planDetail(manifest.defaults, settings, scheduler);
	// Whether the face comes out small is known too late for a bar that must not run backwards.
	const allSteps = details.reduce((sum, pass) => sum + pass.plan.steps.length, plan.steps.length);
	const started = performance.now();
	const clock = new StageClock(signal, report);
	const steps: number[] = [];
	const stepped = (step: number, milliseconds: number) => {
		steps.push(milliseconds);
		report({ kind: 'step', step, steps: allSteps, milliseconds });
	};
	const show = async (step: number, picture: PixelImage) =>
		report({ kind: 'preview', step, steps: allSteps, image: await toBitmap(picture) });

	const identity = await clock.run('encode-identity', () =>
		conditioner.identity(graphs, settings.embeddings, plan.guided)
	);
	const direction = await clock.run('encode-direction', () =>
		conditioner.direction(graphs, settings, plan.guided)
	);
	const expose = (exposure: Exposure, told = direction) =>
		denoise({
			denoiser: graphs.denoiser,
			scheduler,
			shape: latentShape(sizes),
			...branches(told, identity, identityStrength),
			guidanceScale,
			signal,
			...exposure
		});
	const latents = await clock.run('denoise', async () =>
		expose({
			plan,
			sample: await startingLatents(graphs.vaeEncoder, scheduler, settings, sizes, plan),
			noise: (index) => gaussianNoise(seed, NOISE_STREAM.step(index), latentLength(sizes)),
			onStep: async ({ number, preview }, predictedOriginal, milliseconds) => {
				stepped(number, milliseconds);
				if (!preview) return;
				const decoder = graphs.previewDecoder ?? graphs.vaeDecoder;
				await show(number, await decodeLatents(decoder, predictedOriginal, sizes));
			}
		})
	);
	const first = await clock.run('decode', () => decodePortrait(graphs.vaeDecoder, latents, sizes));
	let portrait = first.picture;
	const look = () => clock.run('detect-face', async () => surestFace(await faces.detect(portrait)));
	const toldFace = conditioner.face(direction, portrait);
	// A pack learnt its later passes where it was told to put the face; only an earlier picture may have been told otherwise.
	let found = toldFace && !settings.init ? undefined : await look();
	const face = found?.box ?? toldFace;
	let done = plan.steps.length;
	for (const pass of details) {
		const before = done;
		done += pass.plan.steps.length;
		const place = regionOf(pass, face, portrait);
		if (!place) continue;
		if (settings.previewEvery > 0) await show(before, portrait);
		await clock.run(pass.stage, async () => {
			const told = await conditioner.region(graphs, settings, direction, place.region, portrait);
			portrait = await makeAgain({
				before: { picture: portrait, subject: first.subject },
				place,
				pass,
				seed,
				sizes,
				scheduler,
				graphs,
				expose: (exposure) => expose(exposure, told),
				onStep: async ({ number }, _, milliseconds) => stepped(before + number, milliseconds),
				signal
			});
		});
		found = undefined;
	}
	// Found once: what is judged is the face that crops are placed by.
	const seen = found === undefined ? await look() : found;
	const allowance = skinAllowance(manifest.defaults, settings);
	if (allowance && seen)
		portrait = await clock.run('match-skin', async () =>
			matchPortrait(portrait, seen, first.subject, settings.skin ?? [], allowance)
		);
	const judged = await clock.run('score-likeness', async () =>
		seen
			? scoreLikeness(portrait, seen, identity.mean, graphs.faceEncoder, manifest.identity)
			: null
	);
	const bytes = await clock.run('encode-image', () => encodePng(portrait));
	return {
		bytes,
		mimeType: 'image/png',
		...size,
		likeness: judged?.likeness ?? null,
		likenessBand: bandOf(judged?.likeness ?? null, likenessScale(manifest.identity)),
		skinDrift: skinDrift(judged?.skin ?? null, settings.skin ?? [], settings.direction),
		face: seen && seenFace(seen),
		timings: {
			stages: clock.stages,
			steps,
			totalMilliseconds: performance.now() - started
		},
		device: studio.report.device
	};
}

/** What the page may know of a face: the mesh stays in the worker. */
function seenFace({ box, points, score }: DetectedFace): DetectedFace {
	return { box, points, score };
}

/** What the two branches of guidance are told; `unconditional` is null when the plan is not guided. */
function branches(
	direction: DirectionTokens,
	identity: IdentityTokens,
	strength: number
): Pick<DenoiseInput, 'conditional' | 'unconditional'> {
	const { composition } = direction;
	return {
		conditional: {
			direction: direction.conditional,
			identity: identity.conditional,
			identityScale: strength,
			composition
		},
		unconditional: direction.unconditional &&
			identity.unconditional && {
				direction: direction.unconditional,
				identity: identity.unconditional,
				identityScale: identity.unconditionalShare * strength,
				composition
			}
	};
}

/** Pure noise, or an earlier picture with as much noise as the plan's first step expects. */
async function startingLatents(
	vaeEncoder: Graph,
	scheduler: Scheduler,
	{ seed, init }: FrameSettings,
	sizes: Sizes,
	{ schedule, steps }: SamplingPlan
): Promise<Float32Array> {
	const noise = gaussianNoise(seed, NOISE_STREAM.initialLatents, latentLength(sizes));
	if (!init) return noise.map((value) => value * schedule.initNoiseSigma);
	const { width, height } = sizes.image;
	const picture = await decodeImage(init.bytes, width, height);
	const original = await encodePixels(vaeEncoder, picture, sizes);
	return scheduler.addNoise(original, noise, schedule, steps[0]!.index);
}

function latentLength(sizes: Sizes): number {
	return latentShape(sizes).reduce((product, size) => product * size, 1);
}
