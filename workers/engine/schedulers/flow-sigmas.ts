/** Noise levels of flow matching: the share of noise, from 1 to 0. */

/** Time shift of Esser et al. 2024 (arXiv:2403.03206): above 1 it spends more steps on strong noise. */
export function shiftSigma(sigma: number, shift: number): number {
	return (shift * sigma) / (1 + (shift - 1) * sigma);
}
