/**
 * DDIM with eta = 0: no randomness after the first noise (Song et al. 2020, arXiv:2010.02502, equation 12).
 *
 * A step always lands on the next level of its own table. diffusers subtracts floor(N / steps) from the
 * timestep instead; the two agree for `leading`, its default, and ours leaves no gap for the others.
 */
import { clamp, levelsAt, mix } from './arrays';
import type { DdimConfig } from './config';
import {
	checkSteps,
	leadingTimesteps,
	linearDescent,
	mixAt,
	roundHalfEven,
	trailingTimesteps,
	trainingSigmas
} from './noise-levels';
import { cleanFactors } from './prediction';
import type { Scheduler } from './types';

export function createDdim(config: DdimConfig): Scheduler {
	const table = trainingSigmas(config);
	return {
		schedule(steps) {
			checkSteps(steps, table.length);
			const timesteps = pickTimesteps(config, steps);
			const last = config.set_alpha_to_one ? 0 : table[0]!;
			return {
				timesteps: Float32Array.from(timesteps),
				sigmas: Float32Array.from([...timesteps.map((t) => table[t]!), last]),
				initNoiseSigma: 1
			};
		},
		scaleModelInput: (sample) => sample,
		addNoise(original, noise, schedule, index) {
			const level = mixAt(levelsAt(schedule, index).sigma);
			return mix(level.signal, original, level.noise, noise);
		},
		needsNoise: () => false,
		step({ schedule, index, sample, modelOutput }) {
			const { sigma, nextSigma } = levelsAt(schedule, index);
			const { onSample, onOutput } = cleanFactors(config.prediction_type, sigma);
			const clean = mix(onSample, sample, onOutput, modelOutput);
			const now = mixAt(sigma);
			const next = mixAt(nextSigma);
			// The noise is read from the unclipped estimate: clipping corrects the picture, not the direction.
			const noise = mix(1 / now.noise, sample, -now.signal / now.noise, clean);
			const predictedOriginal = config.clip_sample ? clamp(clean, config.clip_sample_range) : clean;
			return {
				sample: mix(next.signal, predictedOriginal, next.noise, noise),
				predictedOriginal,
				history: []
			};
		}
	};
}

function pickTimesteps(config: DdimConfig, steps: number): number[] {
	const count = config.num_train_timesteps;
	switch (config.timestep_spacing) {
		case 'linspace':
			return linearDescent(count - 1, 0, steps).map(roundHalfEven);
		case 'leading':
			return leadingTimesteps(count, steps, steps, config.steps_offset).map((t) =>
				Math.min(t, count - 1)
			);
		case 'trailing':
			return trailingTimesteps(count, steps);
	}
}
