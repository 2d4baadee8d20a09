/** What a model's answer says about the clean latents, for models trained on the variance-preserving mix. */
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
