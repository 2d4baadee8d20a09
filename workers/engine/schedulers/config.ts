/** Scheduler settings under diffusers' field names, read from a pack's manifest and checked once. */
import { LuxError } from '$lib/contract/errors';
import type { PackManifest } from '$lib/contract/manifest';
import * as v from 'valibot';

export type SchedulerSpec = PackManifest['scheduler'];
export type SchedulerKind = SchedulerSpec['kind'];

const trainSteps = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1000);
const beta = v.pipe(v.number(), v.gtValue(0), v.ltValue(1));
const predictionType = v.optional(v.picklist(['epsilon', 'v_prediction', 'sample']), 'epsilon');
/** Where in training time the steps lie: names of table 2 in Lin et al. 2024 (arXiv:2305.08891). */
const spacing = v.picklist(['linspace', 'leading', 'trailing']);
const finalSigma = v.optional(v.picklist(['zero', 'sigma_min']), 'zero');
const stepsOffset = v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0);
const clipSampleRange = v.optional(v.pipe(v.number(), v.gtValue(0)), 1);

/** How the noise of training grew. Shared by every sampler but flow matching. */
const noiseEntries = {
	num_train_timesteps: trainSteps,
	beta_start: v.optional(beta, 0.0001),
	beta_end: v.optional(beta, 0.02),
	beta_schedule: v.optional(v.picklist(['linear', 'scaled_linear', 'squaredcos_cap_v2']), 'linear'),
	prediction_type: predictionType
};
export type NoiseConfig = v.InferOutput<v.ObjectSchema<typeof noiseEntries, undefined>>;
export type PredictionType = NoiseConfig['prediction_type'];

const flowMatchSchema = v.strictObject({
	num_train_timesteps: trainSteps,
	shift: v.optional(v.pipe(v.number(), v.gtValue(0)), 1),
	/**
	 * `trailing`: sigma = 1, 1 - 1/n, ... 1/n before the shift, the list that diffusers' Flux pipeline
	 * hands to the scheduler and the forge trains against. `linspace`: what the scheduler makes when it is
	 * given none; its last step moves by 1 / num_train_timesteps only, wasteful with few steps.
	 */
	timestep_spacing: v.optional(v.picklist(['trailing', 'linspace']), 'trailing')
});
export type FlowMatchConfig = v.InferOutput<typeof flowMatchSchema>;

const ddimSchema = v.strictObject({
	...noiseEntries,
	clip_sample: v.optional(v.boolean(), true),
	clip_sample_range: clipSampleRange,
	set_alpha_to_one: v.optional(v.boolean(), true),
	steps_offset: stepsOffset,
	timestep_spacing: v.optional(spacing, 'leading')
});
export type DdimConfig = v.InferOutput<typeof ddimSchema>;

/** Of models distilled to few steps from Stable Diffusion. */
const distilledEntries = {
	...noiseEntries,
	beta_start: v.optional(beta, 0.00085),
	beta_end: v.optional(beta, 0.012),
	beta_schedule: v.optional(
		v.picklist(['linear', 'scaled_linear', 'squaredcos_cap_v2']),
		'scaled_linear'
	),
	original_inference_steps: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 50)
};

const lcmSchema = v.strictObject({
	...distilledEntries,
	clip_sample: v.optional(v.boolean(), false),
	clip_sample_range: clipSampleRange,
	timestep_scaling: v.optional(v.pipe(v.number(), v.gtValue(0)), 10)
});
export type LcmConfig = v.InferOutput<typeof lcmSchema>;

const tcdSchema = v.strictObject({
	...distilledEntries,
	/** How far each step jumps ahead before noise brings it back; 0: never. In diffusers an argument of `step`. */
	eta: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0.3)
});
export type TcdConfig = v.InferOutput<typeof tcdSchema>;

const eulerSchema = v.strictObject({
	...noiseEntries,
	timestep_spacing: v.optional(spacing, 'linspace'),
	steps_offset: stepsOffset,
	use_karras_sigmas: v.optional(v.boolean(), false),
	final_sigmas_type: finalSigma
});
export type EulerConfig = v.InferOutput<typeof eulerSchema>;

const dpmSchema = v.pipe(
	v.strictObject({
		...noiseEntries,
		prediction_type: v.optional(
			v.picklist(['epsilon', 'v_prediction', 'sample', 'flow_prediction']),
			'epsilon'
		),
		solver_order: v.optional(v.picklist([1, 2]), 2),
		algorithm_type: v.optional(v.literal('dpmsolver++'), 'dpmsolver++'),
		solver_type: v.optional(v.picklist(['midpoint', 'heun']), 'midpoint'),
		lower_order_final: v.optional(v.boolean(), true),
		use_karras_sigmas: v.optional(v.boolean(), false),
		/** Noise levels of flow matching, moved by `flow_shift`; betas and spacing then say nothing. */
		use_flow_sigmas: v.optional(v.boolean(), false),
		flow_shift: v.optional(v.pipe(v.number(), v.gtValue(0)), 1),
		timestep_spacing: v.optional(spacing, 'linspace'),
		steps_offset: stepsOffset,
		final_sigmas_type: finalSigma
	}),
	v.check(
		(config) => config.use_flow_sigmas === (config.prediction_type === 'flow_prediction'),
		'flow sigmas and flow_prediction go together'
	),
	v.check(
		(config) => !(config.use_flow_sigmas && config.use_karras_sigmas),
		'either flow sigmas or Karras sigmas'
	),
	// In diffusers `sigma_min` is the smallest level of the betas, which flow matching has not.
	v.check(
		(config) => !(config.use_flow_sigmas && config.final_sigmas_type !== 'zero'),
		'flow sigmas end at zero'
	)
);
export type DpmSolverConfig = v.InferOutput<typeof dpmSchema>;

export const configSchemas = {
	'flow-match-euler': flowMatchSchema,
	ddim: ddimSchema,
	lcm: lcmSchema,
	tcd: tcdSchema,
	euler: eulerSchema,
	'dpmpp-2m': dpmSchema
} as const satisfies Record<SchedulerKind, v.GenericSchema>;

/**
 * Reads a manifest's scheduler settings, filling in diffusers' defaults.
 * @throws LuxError `request-invalid` for an unknown field, a wrong type or a value out of range: a setting that
 * is silently ignored would make different pictures from those the pack was evaluated with.
 */
export function readConfig<K extends SchedulerKind>(
	kind: K,
	config: SchedulerSpec['config']
): v.InferOutput<(typeof configSchemas)[K]> {
	const result = v.safeParse(configSchemas[kind], config);
	if (result.success) return result.output as v.InferOutput<(typeof configSchemas)[K]>;
	const issue = result.issues[0];
	const field = v.getDotPath(issue) ?? '';
	throw new LuxError('request-invalid', {
		detail: `scheduler ${kind}: ${field}: ${issue.message}`
	});
}
