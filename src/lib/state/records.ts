/** A frame as it is asked for and as it is kept. */
import type { FrameResult } from '$lib/contract/engine';
import type { PackManifest } from '$lib/contract/manifest';
import type { Recipe } from '$lib/contract/recipe';
import type { FrameRecord } from '$lib/storage/schema';
import type { Frame, Sheet } from './sheet.svelte';

/** Everything the pixels of a frame depend on, apart from the references. */
export function recipeOf(
	{ shoot }: Sheet,
	frame: Frame,
	{ hash, manifest }: { hash: string; manifest: PackManifest }
): Recipe {
	return {
		version: 1,
		packId: manifest.id,
		packHash: hash,
		direction: frame.plan?.direction ?? shoot.direction,
		seed: frame.seed,
		steps: manifest.defaults.steps,
		guidanceScale: manifest.defaults.guidanceScale,
		identityStrength: shoot.identityStrength
	};
}

/** What is kept of a finished frame. */
export function recordOf(
	sheet: Sheet,
	frame: Frame,
	recipe: Recipe,
	result: FrameResult
): FrameRecord {
	return {
		id: crypto.randomUUID(),
		shootId: sheet.shoot.id,
		index: frame.index,
		bytes: result.bytes,
		mimeType: result.mimeType,
		width: result.width,
		height: result.height,
		recipe,
		scores: { likeness: result.likeness },
		provenance: { device: result.device, timings: result.timings },
		createdAt: Date.now()
	};
}
