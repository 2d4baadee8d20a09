/** How signal and noise are mixed at a noise level, and what a model's answer says about the clean latents there. */
import type { PredictionType } from './config';
import { mixAt } from './noise-levels';

/**
 * Linear factors so that clean = onSample * sample + onOutput * modelOutput, for a sample
 * signal * x0 + noise * eps at noise-to-signal ratio `sigma`.
 * `v_prediction` is v = signal * eps - noise * x0 (Salimans and Ho 2022, arXiv:2202.00512).
 */
export function cleanFactors(
	prediction: PredictionType,
	sigma: number
): { onSample: number; onOutput: number } {
	const { signal, noise } = mixAt(sigma);
	switch (prediction) {
		case 'epsilon':
			return { onSample: 1 / signal, onOutput: -sigma };
		case 'v_prediction':
			return { onSample: signal, onOutput: -noise };
		case 'sample':
			return { onSample: 0, onOutput: 1 };
	}
}

/** One way to mix signal and noise, by the number that a schedule's `sigmas` hold. */
export interface Levels {
	/** Factors of clean latents and noise. */
	mixAt(sigma: number): { signal: number; noise: number };
	/** Factors so that clean = onSample * sample + onOutput * modelOutput. */
	cleanFactors(sigma: number): { onSample: number; onOutput: number };
}

export function variancePreserving(prediction: PredictionType): Levels {
	return { mixAt, cleanFactors: (sigma) => cleanFactors(prediction, sigma) };
}

/** Flow matching: sigma is the share of noise, and the model answers the velocity noise - x0. */
export const flowLevels: Levels = {
	mixAt: (sigma) => ({ signal: 1 - sigma, noise: sigma }),
	cleanFactors: (sigma) => ({ onSample: 1, onOutput: -sigma })
};
