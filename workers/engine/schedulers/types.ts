/**
 * What every sampler is: a table of noise levels and one pure update.
 *
 * No sampler keeps a step index, draws a random number or changes its arguments. The caller passes the
 * index and, for stochastic samplers, the noise, so any step can be repeated, tested or run elsewhere.
 * Arrays are flat float32 of any shape; a sampler works element by element.
 */

/** Noise levels of one run, strongest first. */
export interface Schedule {
	/** [steps] what the model is told: training timestep units (0..num_train_timesteps), may be fractional. */
	readonly timesteps: Float32Array;
	/**
	 * [steps + 1] noise level before each step and, last, after the final one. Flow matching: share of
	 * noise in [0, 1]. All others: noise-to-signal ratio sqrt((1 - alpha) / alpha) >= 0.
	 */
	readonly sigmas: Float32Array;
	/** Factor that turns unit Gaussian noise into the first sample. */
	readonly initNoiseSigma: number;
}

export interface StepInput {
	readonly schedule: Schedule;
	/** Which step, 0..steps - 1. An image-to-image run starts above 0. */
	readonly index: number;
	/** Current noisy latents, unscaled. */
	readonly sample: Float32Array;
	/** The model's answer for `scaleModelInput(sample)` at `timesteps[index]`, same length. */
	readonly modelOutput: Float32Array;
	/** `history` of the previous step of the same run; absent on the first one. */
	readonly history?: readonly Float32Array[] | undefined;
	/** Unit Gaussian noise, same length; needed exactly when `Scheduler.needsNoise(schedule, index)`. */
	readonly noise?: Float32Array | undefined;
}

export interface StepOutput {
	/** Latents at noise level `sigmas[index + 1]`. */
	readonly sample: Float32Array;
	/** The clean latents the model currently expects: what a preview shows. */
	readonly predictedOriginal: Float32Array;
	/** To be handed to the next step; empty for one-step methods. */
	readonly history: readonly Float32Array[];
}

export interface Scheduler {
	/** Table for `steps` steps. Throws `LuxError('request-invalid')` for a step count it cannot do. */
	schedule(steps: number): Schedule;
	/** Latents as the model wants to see them. May return `sample` itself when nothing changes. */
	scaleModelInput(sample: Float32Array, schedule: Schedule, index: number): Float32Array;
	/** Clean latents brought to noise level `sigmas[index]`: where an image-to-image run starts. */
	addNoise(
		original: Float32Array,
		noise: Float32Array,
		schedule: Schedule,
		index: number
	): Float32Array;
	/** Whether this step must be given fresh noise. */
	needsNoise(schedule: Schedule, index: number): boolean;
	/** One update. Throws `LuxError('request-invalid')` for lengths that differ or missing noise. */
	step(input: StepInput): StepOutput;
}
