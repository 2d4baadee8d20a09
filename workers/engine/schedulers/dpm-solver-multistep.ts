/**
 * DPM-Solver++ of second order that reuses the previous clean estimate (Lu et al. 2022, arXiv:2211.01095,
 * algorithm 2), known as DPM++ 2M. With lambda = log(signal / noise) the exact answer between two
 * levels is an integral over the clean estimate; the first order holds it constant, the second extends its slope.
 * That holds for any mix of signal and noise, so for flow matching too (`use_flow_sigmas`).
 */
import { levelsAt, mix } from './arrays';
import type { DpmSolverConfig } from './config';
import {
	checkSteps,
	interpolate,
	karrasSigmas,
	leadingTimesteps,
	linearDescent,
	roundHalfEven,
	timestepOfSigma,
	trailingTimesteps,
	trainingSigmas
} from './noise-levels';
import { shiftSigma } from './flow-sigmas';
import { flowLevels, variancePreserving, type Levels } from './prediction';
import type { Schedule, Scheduler, StepInput } from './types';

/** Below this many steps the last ones fall back to first order: the slope is too coarse to trust. */
const FEW_STEPS = 15;

export function createDpmSolverMultistep(config: DpmSolverConfig): Scheduler {
	const levels =
		config.prediction_type === 'flow_prediction'
			? flowLevels
			: variancePreserving(config.prediction_type);
	const table = config.use_flow_sigmas ? null : trainingSigmas(config);
	return {
		schedule: (steps) => (table ? dpmSchedule(config, table, steps) : flowSchedule(config, steps)),
		scaleModelInput: (sample) => sample,
		addNoise(original, noise, schedule, index) {
			const level = levels.mixAt(levelsAt(schedule, index).sigma);
			return mix(level.signal, original, level.noise, noise);
		},
		needsNoise: () => false,
		step(input) {
			const { schedule, index, sample, modelOutput } = input;
			const { sigma, nextSigma } = levelsAt(schedule, index);
			const { onSample, onOutput } = levels.cleanFactors(sigma);
			const clean = mix(onSample, sample, onOutput, modelOutput);
			const next = levels.mixAt(nextSigma);
			const kept = next.noise / levels.mixAt(sigma).noise;
			const step = logSnr(levels, nextSigma) - logSnr(levels, sigma);
			// signal * (1 - exp(-h)): weight of the clean estimate; h is infinite when the noise ends at zero.
			const weight = -next.signal * Math.expm1(-step);
			const first = mix(kept, sample, weight, clean);
			const previous = input.history?.[0];
			if (previous === undefined || !secondOrderAllowed(config, input))
				return { sample: first, predictedOriginal: clean, history: [clean] };
			const before = logSnr(levels, sigma) - logSnr(levels, levelsAt(schedule, index - 1).sigma);
			const slope = mix(step / before, clean, -step / before, previous);
			const slopeWeight =
				config.solver_type === 'midpoint'
					? weight / 2
					: next.signal * (Math.expm1(-step) / step + 1);
			return {
				sample: mix(1, first, slopeWeight, slope),
				predictedOriginal: clean,
				history: [clean]
			};
		}
	};
}

function secondOrderAllowed(config: DpmSolverConfig, { schedule, index }: StepInput): boolean {
	const steps = schedule.timesteps.length;
	if (config.solver_order < 2 || index === 0) return false;
	if (index < steps - 1) return true;
	const endsAtZero = config.final_sigmas_type === 'zero';
	return !endsAtZero && !(config.lower_order_final && steps < FEW_STEPS);
}

/** lambda: half the log signal-to-noise ratio; infinite without noise. */
function logSnr(levels: Levels, sigma: number): number {
	const { signal, noise } = levels.mixAt(sigma);
	return Math.log(signal / noise);
}

/** diffusers' table: it starts a thousandth short of pure noise, where lambda would be infinite, and tells whole timesteps. */
function flowSchedule(config: DpmSolverConfig, steps: number): Schedule {
	const count = config.num_train_timesteps;
	checkSteps(steps, count);
	const even = linearDescent(1 - 1 / count, 0, steps + 1).slice(0, steps);
	const sigmas = even.map((sigma) => shiftSigma(sigma, config.flow_shift));
	return {
		timesteps: Float32Array.from(sigmas, (sigma) => Math.trunc(sigma * count)),
		sigmas: Float32Array.from([...sigmas, 0]),
		initNoiseSigma: 1
	};
}

function dpmSchedule(config: DpmSolverConfig, table: Float64Array, steps: number): Schedule {
	const count = table.length;
	checkSteps(steps, count);
	const smallest = table[0]!;
	const karras = config.use_karras_sigmas
		? karrasSigmas(smallest, table[count - 1]!, steps)
		: undefined;
	const timesteps = karras
		? karras.map((sigma) => roundedTimestep(config, timestepOfSigma(table, sigma)))
		: pickTimesteps(config, steps);
	const sigmas = karras ?? timesteps.map((t) => interpolate(table, t));
	const last = config.final_sigmas_type === 'zero' ? 0 : smallest;
	return {
		timesteps: Float32Array.from(timesteps),
		sigmas: Float32Array.from([...sigmas, last]),
		initNoiseSigma: 1
	};
}

function roundedTimestep(config: DpmSolverConfig, timestep: number): number {
	// The tail of the cosine schedule is so steep that rounding would merge different noise levels.
	return config.beta_schedule === 'squaredcos_cap_v2'
		? Math.trunc(timestep)
		: roundHalfEven(timestep);
}

function pickTimesteps(config: DpmSolverConfig, steps: number): number[] {
	const count = config.num_train_timesteps;
	switch (config.timestep_spacing) {
		case 'linspace':
			return linearDescent(count - 1, 0, steps + 1)
				.slice(0, steps)
				.map(roundHalfEven);
		case 'leading': {
			const offset = config.steps_offset;
			return leadingTimesteps(count, steps + 1, steps + 1, offset).slice(0, steps);
		}
		case 'trailing':
			return trailingTimesteps(count, steps);
	}
}
