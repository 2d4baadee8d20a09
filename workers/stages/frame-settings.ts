/** What was asked for, with everything that the pack decides where the request does not. */
import type { FrameRequest } from '$lib/contract/engine';
import { LuxError } from '$lib/contract/errors';
import { packSize, sizesOf, type PackManifest } from '$lib/contract/manifest';

type Unfilled = 'init' | 'skin' | 'prompt';
/** A request with the pack's defaults filled in. */
export type FrameSettings = Required<Omit<FrameRequest, Unfilled>> & Pick<FrameRequest, Unfilled>;

/**
 * @throws LuxError `request-invalid` for a size that the pack does not make and an identity strength out of range; the sampling plan and the stages
 *   check the rest themselves.
 */
export function fillIn(request: FrameRequest, manifest: PackManifest): FrameSettings {
	const { defaults } = manifest;
	const size = request.size ? packSize(manifest, request.size) : sizesOf(manifest)[0];
	if (!size)
		throw new LuxError('request-invalid', {
			detail: `the pack does not make ${request.size?.width} x ${request.size?.height}`
		});
	const settings: FrameSettings = {
		...request,
		size,
		steps: request.steps ?? defaults.steps,
		compositionSeed: request.compositionSeed ?? request.seed,
		guidanceScale: request.guidanceScale ?? defaults.guidanceScale,
		identityStrength: request.identityStrength ?? defaults.identityStrength
	};
	const { identityStrength } = settings;
	if (!(identityStrength >= 0 && identityStrength <= 1))
		throw new LuxError('request-invalid', {
			detail: `identityStrength ${identityStrength} is not within [0, 1]`
		});
	return settings;
}
