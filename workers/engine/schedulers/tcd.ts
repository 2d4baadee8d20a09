/**
 * Trajectory consistency sampling (Zheng et al. 2024, arXiv:2402.19159, algorithm 4): jump along the trajectory past the next noise level, to a
 * timestep that `eta` says, and come back to that level with fresh noise, which comes from the caller.
 */
import { LuxError } from '$lib/contract/errors';
import { levelsAt, mix, requireNoise } from './arrays';
import type { TcdConfig } from './config';
import { checkSteps, distilledTimesteps, mixAt, trainingSigmas } from './noise-levels';
import { cleanFactors } from './prediction';
import type { Scheduler } from './types';

export function createTcd(config: TcdConfig): Scheduler {
	if (config.original_inference_steps > config.num_train_timesteps)
		throw new LuxError('request-invalid', {
			detail: 'scheduler tcd: original_inference_steps exceeds num_train_timesteps'
		});
	const table = trainingSigmas(config);
	const needsNoise: Scheduler['needsNoise'] = ({ timesteps }, index) =>
		config.eta > 0 && index < timesteps.length - 1;
	return {
		schedule(steps) {
			checkSteps(steps, config.original_inference_steps);
			const timesteps = distilledTimesteps(config, steps);
			return {
				timesteps: Float32Array.from(timesteps),
				// The trajectory ends at the first timestep of training, not at no noise at all.
				sigmas: Float32Array.from([...timesteps, 0].map((t) => table[t]!)),
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
			const { sigma, nextSigma } = levelsAt(schedule, index);
			const { onSample, onOutput } = cleanFactors(config.prediction_type, sigma);
			const predictedOriginal = mix(onSample, sample, onOutput, modelOutput);
			const here = mixAt(sigma);
			const noise = mix(1 / here.noise, sample, -here.signal / here.noise, predictedOriginal);
			const target = Math.floor((1 - config.eta) * (schedule.timesteps[index + 1] ?? 0));
			const there = mixAt(table[target]!);
			const jumped = mix(there.signal, predictedOriginal, there.noise, noise);
			if (!needsNoise(schedule, index)) return { sample: jumped, predictedOriginal, history: [] };
			// What is left of the signal on the way back; the rest is new noise.
			const kept = mixAt(nextSigma).signal / there.signal;
			return {
				sample: mix(kept, jumped, Math.sqrt(1 - kept * kept), requireNoise(input)),
				predictedOriginal,
				history: []
			};
		}
	};
}
