/**
 * The noise of training as a table, and how sampling picks its steps from it.
 *
 * Training mixes x_t = sqrt(a_t) * x0 + sqrt(1 - a_t) * noise, a_t the running product of (1 - beta). The samplers
 * here speak of sigma_t = sqrt((1 - a_t) / a_t) instead (Karras et al. 2022, arXiv:2206.00364), so that one
 * number tells both factors: signal = 1 / sqrt(1 + sigma^2), noise = sigma / sqrt(1 + sigma^2).
 */
import { LuxError } from '$lib/contract/errors';
import type { NoiseConfig } from './config';

/** Largest beta of the cosine schedule: keeps the last step of training solvable (Nichol and Dhariwal 2021). */
const MAX_COSINE_BETA = 0.999;
/** How strongly Karras spacing crowds the small noise levels (their equation 5). */
const KARRAS_RHO = 7;

/** [num_train_timesteps] noise-to-signal ratio of every training timestep, rising. */
export function trainingSigmas(config: Omit<NoiseConfig, 'prediction_type'>): Float64Array {
	const sigmas = new Float64Array(config.num_train_timesteps);
	let alphaProduct = 1;
	for (let t = 0; t < sigmas.length; t++) {
		alphaProduct *= 1 - betaAt(config, t);
		sigmas[t] = Math.sqrt((1 - alphaProduct) / alphaProduct);
	}
	return sigmas;
}

function betaAt(config: Omit<NoiseConfig, 'prediction_type'>, t: number): number {
	const count = config.num_train_timesteps;
	const share = count > 1 ? t / (count - 1) : 0;
	switch (config.beta_schedule) {
		case 'linear':
			return config.beta_start + share * (config.beta_end - config.beta_start);
		case 'scaled_linear': {
			const start = Math.sqrt(config.beta_start);
			return (start + share * (Math.sqrt(config.beta_end) - start)) ** 2;
		}
		case 'squaredcos_cap_v2': {
			const alphaBar = (at: number) => Math.cos((((at + 0.008) / 1.008) * Math.PI) / 2) ** 2;
			return Math.min(1 - alphaBar((t + 1) / count) / alphaBar(t / count), MAX_COSINE_BETA);
		}
	}
}

/** Factors of clean picture and noise at a noise-to-signal ratio; their squares add up to 1. */
export function mixAt(sigma: number): { signal: number; noise: number } {
	const signal = 1 / Math.sqrt(1 + sigma * sigma);
	return { signal, noise: sigma * signal };
}

/**
 * @returns `count` timesteps from `first` down to `last`, both included; `first` alone when `count` is 1.
 */
export function linearDescent(first: number, last: number, count: number): number[] {
	return Array.from({ length: count }, (_, i) =>
		count === 1 ? first : first + ((last - first) * i) / (count - 1)
	);
}

/** Every `floor(trainSteps / pieces)`-th timestep, `steps` of them, ending at `lowest`, falling. */
export function leadingTimesteps(
	trainSteps: number,
	pieces: number,
	steps: number,
	lowest: number
): number[] {
	const ratio = Math.floor(trainSteps / pieces);
	return Array.from({ length: steps }, (_, i) => (steps - 1 - i) * ratio + lowest);
}

/** Evenly spaced timesteps starting at the noisiest one. */
export function trailingTimesteps(trainSteps: number, steps: number): number[] {
	const ratio = trainSteps / steps;
	return Array.from({ length: steps }, (_, i) => roundHalfEven(trainSteps - i * ratio) - 1);
}

/** `steps` of the `original_inference_steps` timesteps that a consistency model was distilled on, noisiest first. */
export function distilledTimesteps(
	config: { original_inference_steps: number; num_train_timesteps: number },
	steps: number
): number[] {
	const origin = config.original_inference_steps;
	const stride = Math.floor(config.num_train_timesteps / origin);
	return Array.from({ length: steps }, (_, i) => {
		const skipped = Math.floor((i * origin) / steps);
		return (origin - skipped) * stride - 1;
	});
}

/** Rounds .5 to the even neighbour, as NumPy does: the tables must hold the same timesteps. */
export function roundHalfEven(value: number): number {
	const floor = Math.floor(value);
	const rest = value - floor;
	if (rest !== 0.5) return Math.round(value);
	return floor % 2 === 0 ? floor : floor + 1;
}

/** Value of `table` at a fractional index, linear in between, clamped to its ends. */
export function interpolate(table: Float64Array, at: number): number {
	const position = Math.min(Math.max(at, 0), table.length - 1);
	const low = Math.floor(position);
	const high = Math.min(low + 1, table.length - 1);
	return table[low]! + (position - low) * (table[high]! - table[low]!);
}

/** Fractional training timestep at which the noise is `sigma`, linear in log sigma; clamped to the table. */
export function timestepOfSigma(table: Float64Array, sigma: number): number {
	const last = table.length - 1;
	if (sigma <= table[0]! || last === 0) return 0;
	if (sigma >= table[last]!) return last;
	let low = 0;
	let high = last;
	while (high - low > 1) {
		const middle = (low + high) >> 1;
		if (table[middle]! <= sigma) low = middle;
		else high = middle;
	}
	const from = Math.log(table[low]!);
	return low + (Math.log(sigma) - from) / (Math.log(table[high]!) - from);
}

/** Karras et al. 2022, equation 5: `count` noise levels from `largest` to `smallest`. */
export function karrasSigmas(smallest: number, largest: number, count: number): number[] {
	const root = 1 / KARRAS_RHO;
	return linearDescent(largest ** root, smallest ** root, count).map((x) => x ** KARRAS_RHO);
}

/** @throws LuxError `request-invalid` unless `steps` is a whole number from 1 to `most`. */
export function checkSteps(steps: number, most: number): void {
	if (Number.isInteger(steps) && steps >= 1 && steps <= most) return;
	throw new LuxError('request-invalid', { detail: `steps ${steps} is not within 1..${most}` });
}
