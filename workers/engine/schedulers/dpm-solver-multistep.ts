/**
 * DPM-Solver++ of second order that reuses the previous clean estimate (Lu et al. 2022, arXiv:2211.01095,
 * algorithm 2), known as DPM++ 2M. With lambda = log(signal / noise) the exact answer between two
 * levels is an integral over the clean estimate; the first order holds it constant, the second extends its slope.
 */
import { levelsAt, mix } from './arrays';
import type { DpmSolverConfig } from './config';
import {
	checkSteps,
	interpolate,
	karrasSigmas,
	leadingTimesteps,
	linearDescent,
	mixAt,
	roundHalfEven,
	timestepOfSigma,
	trailingTimesteps,
	trainingSigmas
} from './noise-levels';
import { cleanFactors } from './prediction';
import type { Schedule, Scheduler, StepInput } from './types';

/** Below this many steps the last ones fall back to first order: the slope is too coarse to trust. */
const FEW_STEPS = 15;

export function createDpmSolverMultistep(config: DpmSolverConfig): Scheduler {
	const table = trainingSigmas(config);
	return {
		schedule: (steps) => dpmSchedule(config, table, steps),
		scaleModelInput: (sample) => sample,
		addNoise(original, noise, schedule, index) {
			const level = mixAt(levelsAt(schedule, index).sigma);
			return mix(level.signal, original, level.noise, noise);
		},
		needsNoise: () => false,
		step(input) {
			const { schedule, index, sample, modelOutput } = input;
			const { sigma, nextSigma } = levelsAt(schedule, index);
			const { onSample, onOutput } = cleanFactors(config.prediction_type, sigma);
			const clean = mix(onSample, sample, onOutput, modelOutput);
			const next = mixAt(nextSigma);
			const kept = next.noise / mixAt(sigma).noise;
			const step = logSnr(nextSigma) - logSnr(sigma);
			// signal * (1 - exp(-h)): weight of the clean estimate; h is infinite when the noise ends at zero.
			const weight = -next.signal * Math.expm1(-step);
			const first = mix(kept, sample, weight, clean);
			const previous = input.history?.[0];
			const useSecond = previous !== undefined && secondOrderAllowed(config, input);
			return {
				sample: useSecond ? addSlope(config, input, first, clean, previous, step, weight) : first,
				predictedOriginal: clean,
				history: [clean]
			};
		}
	};
}

function addSlope(
	config: DpmSolverConfig,
	{ schedule, index }: StepInput,
	first: Float32Array,
	clean: Float32Array,
	previous: Float32Array,
	step: number,
	weight: number
): Float32Array {
	const { sigma, nextSigma } = levelsAt(schedule, index);
	const previousStep = logSnr(sigma) - logSnr(levelsAt(schedule, index - 1).sigma);
	const slope = mix(step / previousStep, clean, -step / previousStep, previous);
	const { signal } = mixAt(nextSigma);
	const slopeWeight =
		config.solver_type === 'midpoint' ? weight / 2 : signal * (Math.expm1(-step) / step + 1);
	return mix(1, first, slopeWeight, slope);
}

function secondOrderAllowed(config: DpmSolverConfig, { schedule, index }: StepInput): boolean {
	const steps = schedule.timesteps.length;
	if (config.solver_order < 2 || index === 0) return false;
	if (index < steps - 1) return true;
	const endsAtZero = config.final_sigmas_type === 'zero';
	return !endsAtZero && !(config.lower_order_final && steps < FEW_STEPS);
}

/** lambda: half the log signal-to-noise ratio; infinite without noise. */
function logSnr(sigma: number): number {
	return -Math.log(sigma);
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
