/** Noise -> latents: one denoiser run (two when guided) and one scheduler update a step. */
import { combineGuidance } from '../engine/guidance';
import type { PlannedStep, SamplingPlan } from '../engine/sampling-plan';
import type { Scheduler } from '../engine/schedulers/types';
import type { Graph, GraphTensor, GraphTensors } from '../runtime/graph';
import { breathe, throwIfCancelled } from '../runtime/run-queue';

/** What one branch of classifier-free guidance is told. */
export interface Conditioning {
	/** What the direction or text encoder puts out: hidden states, or the keys and values of all layers, [1, tokens, width] each. */
	direction: GraphTensors;
	/** What the identity projector puts out, for all photographs: [1, tokens, width] each. */
	identity: GraphTensors;
	/** Strength of the identity adapter in [0, 1]; 0 switches it off. */
	identityScale: number;
	/** Where the face goes; for packs with a composer, the same in both branches. */
	composition?: GraphTensor;
}

export interface DenoiseInput {
	denoiser: Graph;
	scheduler: Scheduler;
	plan: SamplingPlan;
	/** Starting latents at the noise level of the plan's first step, flat. */
	sample: Float32Array;
	/** [1, C, h, w] */
	shape: readonly number[];
	conditional: Conditioning;
	/** Absent when the plan is not guided. */
	unconditional: Conditioning | null;
	guidanceScale: number;
	/** Unit Gaussian noise for a step of a stochastic scheduler, `sample.length` values. */
	noise: (index: number) => Float32Array;
	signal: AbortSignal;
	/** Awaited after every step; `predictedOriginal` is the clean picture the model expects so far. */
	onStep: (
		step: PlannedStep,
		predictedOriginal: Float32Array,
		milliseconds: number
	) => Promise<void>;
}

/**
 * Runs the plan.
 *
 * @returns Clean latents, flat.
 * @throws LuxError `cancelled` between steps, or what the graph throws.
 */
export async function denoise(input: DenoiseInput): Promise<Float32Array> {
	const { scheduler, plan, signal } = input;
	const { schedule } = plan;
	let sample = input.sample;
	let history: readonly Float32Array[] | undefined;
	for (const step of plan.steps) {
		await breathe();
		throwIfCancelled(signal);
		const start = performance.now();
		const { index } = step;
		const next = scheduler.step({
			schedule,
			index,
			sample,
			modelOutput: await predict(input, sample, index),
			history,
			noise: scheduler.needsNoise(schedule, index) ? input.noise(index) : undefined
		});
		({ sample, history } = next);
		await input.onStep(step, next.predictedOriginal, performance.now() - start);
	}
	return sample;
}

async function predict(
	{ denoiser, scheduler, plan, shape, conditional, unconditional, guidanceScale }: DenoiseInput,
	sample: Float32Array,
	index: number
): Promise<Float32Array> {
	const latents: GraphTensor = {
		data: scheduler.scaleModelInput(sample, plan.schedule, index),
		shape
	};
	const timestep = scalar(plan.schedule.timesteps[index]!);
	const evaluate = async ({ direction, identity, identityScale, composition }: Conditioning) => {
		const outputs = await denoiser.run({
			// Encoder and denoiser agree on these names among themselves.
			...direction,
			...identity,
			latents,
			timestep,
			identity_scale: scalar(identityScale),
			...(composition && { composition })
		});
		// One output, whose name is the model's own: a velocity, a noise.
		const [prediction] = Object.values(outputs);
		return prediction!.data as Float32Array;
	};
	const answer = await evaluate(conditional);
	if (!unconditional) return answer;
	return combineGuidance(await evaluate(unconditional), answer, guidanceScale);
}

function scalar(value: number): GraphTensor {
	return { data: Float32Array.of(value), shape: [1] };
}
