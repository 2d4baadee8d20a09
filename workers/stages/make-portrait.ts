/** One portrait from beginning to end: the stages in order, and nothing else. */
import type { FrameRequest, FrameResult } from '$lib/contract/engine';
import { meanEmbedding } from '$lib/contract/embedding';
import { LuxError } from '$lib/contract/errors';
import type { DetectedFace } from '$lib/contract/faces';
import { bandOf } from '$lib/contract/likeness';
import { packSize, sizesOf, type PackManifest } from '$lib/contract/manifest';
import type { ProgressListener } from '$lib/contract/progress';
import { gaussianNoise, NOISE_STREAM } from '../engine/rng';
import { skinDrift } from '../engine/skin-drift';
import { planSampling, type SamplingPlan } from '../engine/sampling-plan';
import { conditionDirection, conditionIdentity } from './condition';
import { decodeLatents, encodePixels, latentShape } from './decode';
import { denoise, type Conditioning } from './denoise';
import { decodeImage, encodePng, toBitmap } from './encode-image';
import type { Studio } from './open-studio';
import { scoreLikeness } from './score-likeness';
import { StageClock } from './stage-clock';

type Unfilled = 'init' | 'skin' | 'prompt';
/** A request with the pack's defaults filled in. */
type Settings = Required<Omit<FrameRequest, Unfilled>> & Pick<FrameRequest, Unfilled>;
/** The parts of a manifest that say how large things are, for the size that was asked for. */
type Sizes = Parameters<typeof latentShape>[0];

/**
 * @returns Same request, pack and device kind: the same bytes.
 * @throws LuxError `request-invalid`, `cancelled`, or what the graphs throw.
 */
export async function makePortrait(
	studio: Pick<Studio, 'pack' | 'tokenizer' | 'scheduler' | 'faces' | 'report'>,
	request: FrameRequest,
	signal: AbortSignal,
	report: ProgressListener
): Promise<FrameResult> {
	const { pack, tokenizer, faces, scheduler } = studio;
	const { manifest } = pack;
	const settings = fillIn(request, manifest);
	const graphs = pack.graphsFor(settings.size);
	const sizes: Sizes = { image: settings.size, latents: manifest.latents };
	const plan = planSampling({ ...settings, scheduler, strength: settings.init?.strength });
	const started = performance.now();
	const clock = new StageClock(signal, report);
	const steps: number[] = [];

	const sitter = meanEmbedding(settings.embeddings, manifest.identity.embeddingLength);
	const identity = await clock.run('encode-identity', () =>
		conditionIdentity(pack, settings.embeddings)
	);
	const direction = await clock.run('encode-direction', () =>
		conditionDirection(pack, tokenizer, settings, plan.guided)
	);
	const { composition } = direction;
	const conditional: Conditioning = {
		direction: direction.conditional,
		identity: identity.conditional,
		identityScale: settings.identityStrength,
		composition
	};
	const latents = await clock.run('denoise', async () =>
		denoise({
			denoiser: graphs.denoiser,
			scheduler,
			plan,
			sample: await startingLatents(studio, settings, sizes, plan),
			shape: latentShape(sizes),
			conditional,
			unconditional: direction.unconditional && {
				direction: direction.unconditional,
				identity: identity.unconditional,
				identityScale: identity.unconditionalShare * settings.identityStrength,
				composition
			},
			guidanceScale: settings.guidanceScale,
			noise: (index) => gaussianNoise(settings.seed, NOISE_STREAM.step(index), latentLength(sizes)),
			signal,
			onStep: async ({ number, preview }, predictedOriginal, milliseconds) => {
				steps.push(milliseconds);
				const progress = { step: number, steps: plan.steps.length };
				report({ kind: 'step', ...progress, milliseconds });
				if (!preview) return;
				const image = await decodeLatents(graphs.vaeDecoder, predictedOriginal, sizes);
				report({ kind: 'preview', ...progress, image: await toBitmap(image) });
			}
		})
	);
	const portrait = await clock.run('decode', () =>
		decodeLatents(graphs.vaeDecoder, latents, sizes)
	);
	const found = await clock.run('detect-face', () => faces.detect(portrait));
	const judged = await clock.run('score-likeness', () =>
		// Found once: what is judged is the face that crops are placed by.
		scoreLikeness(
			portrait,
			sitter,
			{ detect: async () => found },
			graphs.faceEncoder,
			manifest.identity
		)
	);
	const bytes = await clock.run('encode-image', () => encodePng(portrait));
	return {
		bytes,
		mimeType: 'image/png',
		...settings.size,
		likeness: judged?.likeness ?? null,
		likenessBand: bandOf(judged?.likeness ?? null, manifest.identity.likeness),
		skinDrift: skinDrift(judged?.skin ?? null, settings.skin ?? [], settings.direction),
		face: found[0] ? seenFace(found[0]) : null,
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

/** Pure noise, or an earlier picture with as much noise as the plan's first step expects. */
async function startingLatents(
	{ pack, scheduler }: Pick<Studio, 'pack' | 'scheduler'>,
	{ seed, init }: Settings,
	sizes: Sizes,
	plan: SamplingPlan
): Promise<Float32Array> {
	const noise = gaussianNoise(seed, NOISE_STREAM.initialLatents, latentLength(sizes));
	const { schedule, steps } = plan;
	if (!init) return noise.map((value) => value * schedule.initNoiseSigma);
	const { width, height } = sizes.image;
	const picture = await decodeImage(init.bytes, width, height);
	const original = await encodePixels(pack.graphsFor(sizes.image).vaeEncoder, picture, sizes);
	return scheduler.addNoise(original, noise, schedule, steps[0]!.index);
}

function latentLength(sizes: Sizes): number {
	return latentShape(sizes).reduce((product, size) => product * size, 1);
}

/** Ranges that the sampling plan and the stages do not check themselves. */
function fillIn(request: FrameRequest, manifest: PackManifest): Settings {
	const { defaults } = manifest;
	const size = request.size ? packSize(manifest, request.size) : sizesOf(manifest)[0];
	if (!size)
		throw new LuxError('request-invalid', {
			detail: `the pack does not make ${request.size?.width} x ${request.size?.height}`
		});
	const settings: Settings = {
		...request,
		size,
		steps: request.steps ?? defaults.steps,
		compositionSeed: request.compositionSeed ?? request.seed,
		guidanceScale: request.guidanceScale ?? defaults.guidanceScale,
		identityStrength: request.identityStrength ?? defaults.identityStrength
	};
	const { identityStrength } = settings;
	if (!(identityStrength >= 0 && identityStrength <= 1))
		throw new LuxError('request-invalid', {
			detail: `identityStrength ${identityStrength} is not within [0, 1]`
		});
	return settings;
}
