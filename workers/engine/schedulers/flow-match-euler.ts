/**
 * Euler steps along the straight paths of flow matching (Liu et al. 2022, arXiv:2209.03003; Lipman et al. 2022,
 * arXiv:2210.02747), conventions of diffusers' FlowMatchEulerDiscreteScheduler:
 * x_sigma = (1 - sigma) * x0 + sigma * noise, the model answers velocity = noise - x0, timestep = sigma * N.
 */
import { levelsAt, mix } from './arrays';
import type { FlowMatchConfig } from './config';
import { shiftSigma } from './flow-sigmas';
import { checkSteps, linearDescent } from './noise-levels';
import type { Schedule, Scheduler } from './types';

export function createFlowMatchEuler(config: FlowMatchConfig): Scheduler {
	return {
		schedule: (steps) => flowMatchSchedule(config, steps),
		scaleModelInput: (sample) => sample,
		addNoise(original, noise, schedule, index) {
			const { sigma } = levelsAt(schedule, index);
			return mix(1 - sigma, original, sigma, noise);
		},
		needsNoise: () => false,
		step({ schedule, index, sample, modelOutput }) {
			const { sigma, nextSigma } = levelsAt(schedule, index);
			return {
				sample: mix(1, sample, nextSigma - sigma, modelOutput),
				predictedOriginal: mix(1, sample, -sigma, modelOutput),
				history: []
			};
		}
	};
}

function flowMatchSchedule(config: FlowMatchConfig, steps: number): Schedule {
	const { num_train_timesteps: trainSteps, shift } = config;
	checkSteps(steps, trainSteps);
	// Its smallest trained level is already shifted when `linspace` reads it, then shifted once more with
	// the rest: that is how diffusers arrives at its table, and a table has to be the same to be of use.
	const smallest = shiftSigma(1 / trainSteps, shift);
	const even =
		config.timestep_spacing === 'trailing'
			? linearDescent(1, 1 / steps, steps)
			: linearDescent(1, smallest, steps);
	const sigmas = Float32Array.from([...even.map((sigma) => shiftSigma(sigma, shift)), 0]);
	return {
		sigmas,
		timesteps: sigmas.subarray(0, steps).map((sigma) => sigma * trainSteps),
		initNoiseSigma: 1
	};
}
