/**
 * Latent consistency sampling (Luo et al. 2023, arXiv:2310.04378, algorithm 3): jump to the clean latents, put fresh
 * noise of the next level on them, jump again. The noise comes from the caller.
 */
import { LuxError } from '$lib/contract/errors';
import { clamp, levelsAt, mix, requireNoise } from './arrays';
import type { LcmConfig } from './config';
import { checkSteps, distilledTimesteps, mixAt, trainingSigmas } from './noise-levels';
import { cleanFactors } from './prediction';
import type { Scheduler } from './types';

/** Standard deviation of the training data that the consistency model's boundary condition assumes. */
const SIGMA_DATA = 0.5;

export function createLcm(config: LcmConfig): Scheduler {
	if (config.original_inference_steps > config.num_train_timesteps)
		throw new LuxError('request-invalid', {
			detail: 'scheduler lcm: original_inference_steps exceeds num_train_timesteps'
		});
	const table = trainingSigmas(config);
	const needsNoise: Scheduler['needsNoise'] = (schedule, index) =>
		levelsAt(schedule, index).nextSigma > 0;
	return {
		schedule(steps) {
			checkSteps(steps, config.original_inference_steps);
			const timesteps = distilledTimesteps(config, steps);
			return {
				timesteps: Float32Array.from(timesteps),
				sigmas: Float32Array.from([...timesteps.map((t) => table[t]!), 0]),
				initNoiseSigma: 1
			};
		},
		scaleModelInput: (sample) => sample,
		addNoise(original, noise, schedule, index) {
			const level = mixAt(levelsAt(schedule, index).sigma);
			return mix(level.signal, original, level.noise, noise);
		},
		needsNoise,
		step(input) {
			const { schedule, index, sample, modelOutput } = input;
			const { timestep, sigma, nextSigma } = levelsAt(schedule, index);
			const { onSample, onOutput } = cleanFactors(config.prediction_type, sigma);
			const estimate = mix(onSample, sample, onOutput, modelOutput);
			const clean = config.clip_sample ? clamp(estimate, config.clip_sample_range) : estimate;
			const { skip, out } = boundaryFactors(timestep * config.timestep_scaling);
			const predictedOriginal = mix(out, clean, skip, sample);
			if (!needsNoise(schedule, index))
				return { sample: predictedOriginal, predictedOriginal, history: [] };
			const next = mixAt(nextSigma);
			return {
				sample: mix(next.signal, predictedOriginal, next.noise, requireNoise(input)),
				predictedOriginal,
				history: []
			};
		}
	};
}

/** Makes the answer at time 0 the sample itself (Song et al. 2023, arXiv:2303.01469, appendix C). */
function boundaryFactors(time: number): { skip: number; out: number } {
	const sum = time * time + SIGMA_DATA * SIGMA_DATA;
	return { skip: (SIGMA_DATA * SIGMA_DATA) / sum, out: time / Math.sqrt(sum) };
}
