/** Element-by-element arithmetic that every sampler uses, with the checks that belong to it. */
import { LuxError } from '$lib/contract/errors';
import type { Schedule, StepInput } from './types';

/** a * x + b * y, a new array. @throws LuxError `request-invalid` when the lengths differ. */
export function mix(a: number, x: Float32Array, b: number, y: Float32Array): Float32Array {
	if (x.length !== y.length)
		throw new LuxError('request-invalid', {
			detail: `arrays of ${x.length} and ${y.length} elements do not go together`
		});
	const out = new Float32Array(x.length);
	for (let i = 0; i < out.length; i++) out[i] = a * x[i]! + b * y[i]!;
	return out;
}

/** Every element limited to [-range, range], a new array. */
export function clamp(x: Float32Array, range: number): Float32Array {
	return x.map((value) => Math.min(Math.max(value, -range), range));
}

/** Noise levels before and after step `index`. @throws LuxError `request-invalid` for a step that is not in the table. */
export function levelsAt(
	schedule: Schedule,
	index: number
): { timestep: number; sigma: number; nextSigma: number } {
	const timestep = schedule.timesteps[index];
	const sigma = schedule.sigmas[index];
	const nextSigma = schedule.sigmas[index + 1];
	if (timestep === undefined || sigma === undefined || nextSigma === undefined)
		throw new LuxError('request-invalid', {
			detail: `step ${index} is not one of ${schedule.timesteps.length}`
		});
	return { timestep, sigma, nextSigma };
}

/** The injected noise of a stochastic step. @throws LuxError `request-invalid` when it was not given. */
export function requireNoise({ noise, index }: StepInput): Float32Array {
	if (noise) return noise;
	throw new LuxError('request-invalid', { detail: `step ${index} needs noise` });
}
