/** Classifier-free guidance (Ho and Salimans 2022, arXiv:2207.12598). */
import { LuxError } from '$lib/contract/errors';

/** Above 1 every step needs a second evaluation, without conditions; at 1 the conditional answer is the result. */
export function isGuided(guidanceScale: number): boolean {
	return guidanceScale > 1;
}

/**
 * unconditional + scale * (conditional - unconditional), a new array.
 * @throws LuxError `request-invalid` when the lengths differ.
 */
export function combineGuidance(
	unconditional: Float32Array,
	conditional: Float32Array,
	scale: number
): Float32Array {
	if (unconditional.length !== conditional.length)
		throw new LuxError('request-invalid', {
			detail: `guidance over ${unconditional.length} and ${conditional.length} elements`
		});
	return unconditional.map((base, i) => base + scale * (conditional[i]! - base));
}
