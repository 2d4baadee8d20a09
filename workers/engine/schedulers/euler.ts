/**
 * Euler's method on the probability-flow equation (Karras et al. 2022, arXiv:2206.00364, algorithm 1 without
 * Heun's correction), conventions of diffusers' EulerDiscreteScheduler: the sample is x0 + sigma * noise and is
 * brought to unit variance only for the model.
 */
import { levelsAt, mix } from './arrays';
import type { EulerConfig } from './config';
import {
	checkSteps,
	interpolate,
	karrasSigmas,
	leadingTimesteps,
	linearDescent,
	mixAt,
	timestepOfSigma,
	trailingTimesteps,
	trainingSigmas
} from './noise-levels';
import { cleanFactors } from './prediction';
import type { Schedule, Scheduler } from './types';

export function createEuler(config: EulerConfig): Scheduler {
	const table = trainingSigmas(config);
	return {
		schedule: (steps) => eulerSchedule(config, table, steps),
		scaleModelInput(sample, schedule, index) {
			const { signal } = mixAt(levelsAt(schedule, index).sigma);
			return sample.map((value) => value * signal);
		},
		addNoise: (original, noise, schedule, index) =>
			mix(1, original, levelsAt(schedule, index).sigma, noise),
		needsNoise: () => false,
		step({ schedule, index, sample, modelOutput }) {
			const { sigma, nextSigma } = levelsAt(schedule, index);
			const { onSample, onOutput } = cleanFactors(config.prediction_type, sigma);
			// The factors expect a unit-variance sample; this one is larger by sqrt(1 + sigma^2).
			const { signal } = mixAt(sigma);
			const predictedOriginal = mix(onSample * signal, sample, onOutput, modelOutput);
			const kept = nextSigma / sigma;
			return {
				sample: mix(kept, sample, 1 - kept, predictedOriginal),
				predictedOriginal,
				history: []
			};
		}
	};
}

function eulerSchedule(config: EulerConfig, table: Float64Array, steps: number): Schedule {
	checkSteps(steps, table.length);
	const even = pickTimesteps(config, steps);
	const evenSigmas = even.map((t) => interpolate(table, t));
	const sigmas = config.use_karras_sigmas
		? karrasSigmas(evenSigmas[steps - 1]!, evenSigmas[0]!, steps)
		: evenSigmas;
	const timesteps = config.use_karras_sigmas
		? sigmas.map((sigma) => timestepOfSigma(table, sigma))
		: even;
	const last = config.final_sigmas_type === 'zero' ? 0 : table[0]!;
	const largest = sigmas[0]!;
	return {
		timesteps: Float32Array.from(timesteps),
		sigmas: Float32Array.from([...sigmas, last]),
		// `leading` does not start at pure noise, so the picture's own unit variance counts too.
		initNoiseSigma:
			config.timestep_spacing === 'leading' ? Math.sqrt(largest * largest + 1) : largest
	};
}

function pickTimesteps(config: EulerConfig, steps: number): number[] {
	const count = config.num_train_timesteps;
	switch (config.timestep_spacing) {
		case 'linspace':
			return linearDescent(count - 1, 0, steps);
		case 'leading':
			return leadingTimesteps(count, steps, steps, config.steps_offset);
		case 'trailing':
			return trailingTimesteps(count, steps);
	}
}
