/** A frame as it is asked for and as it is kept. */
import type { FrameRequest, FrameResult } from '$lib/contract/engine';
import { LuxError } from '$lib/contract/errors';
import type { PackManifest } from '$lib/contract/manifest';
import type { Recipe } from '$lib/contract/recipe';
import { promptFor } from '$lib/direction/compile';
import type { FrameRecord, ShootRecord } from '$lib/storage/schema';
import type { SitterFace } from './embeddings';
import type { Frame } from './sheet.svelte';

/** A preview after every second step shows the picture arrive without doubling the work. */
const PREVIEW_EVERY = 2;

/**
 * Everything the pixels of a frame depend on, apart from the references and the picture it starts from.
 * @param notes on the sitter, where they are to be told
 * @throws LuxError `recipe-other-pack` for a re-run of what another pack made
 */
export function recipeOf(
	{ origin, direction, identityStrength, size }: ShootRecord,
	{ seed, plan }: Pick<Frame, 'seed' | 'plan'>,
	{ hash, manifest }: { hash: string; manifest: PackManifest },
	notes = ''
): Recipe {
	if (origin?.kind === 'rerun') {
		const { packId, packHash } = origin.recipe;
		if (packHash !== hash) throw new LuxError('recipe-other-pack', { packId });
		return origin.recipe;
	}
	const directed = plan?.direction ?? direction;
	const recipe: Recipe = {
		version: 1,
		packId: manifest.id,
		packHash: hash,
		direction: directed,
		...promptFor(manifest, directed, notes),
		seed,
		steps: manifest.defaults.steps,
		guidanceScale: manifest.defaults.guidanceScale,
		identityStrength,
		...(size && { size })
	};
	if (!origin) return recipe;
	const { frameId, strength, compositionSeed } = origin;
	return {
		...recipe,
		...(compositionSeed !== undefined && { compositionSeed }),
		init: { frameId, strength }
	};
}

/**
 * What the engine is asked for.
 * @param source bytes of the frame that `recipe.init` names; unused without one
 */
export function requestOf(
	recipe: Recipe,
	faces: readonly SitterFace[],
	source: ArrayBuffer | null
): FrameRequest {
	const { direction, seed, compositionSeed, steps, guidanceScale, identityStrength, size, init } =
		recipe;
	return {
		embeddings: faces.map(({ embedding }) => embedding),
		skin: faces.flatMap(({ skin }) => skin ?? []),
		direction,
		seed,
		steps,
		guidanceScale,
		identityStrength,
		previewEvery: PREVIEW_EVERY,
		...(recipe.prompt !== undefined && { prompt: recipe.prompt }),
		...(compositionSeed !== undefined && { compositionSeed }),
		...(size && { size }),
		...(init && source && { init: { bytes: source, strength: init.strength } })
	};
}

/**
 * What is kept of a finished frame.
 * @param twin bytes of the frame that a re-run makes again; null where there is none
 */
export function recordOf(
	shoot: ShootRecord,
	index: number,
	recipe: Recipe,
	result: FrameResult,
	twin: ArrayBuffer | null
): FrameRecord {
	return {
		id: crypto.randomUUID(),
		shootId: shoot.id,
		index,
		bytes: result.bytes,
		mimeType: result.mimeType,
		width: result.width,
		height: result.height,
		recipe,
		scores: {
			likeness: result.likeness,
			likenessBand: result.likenessBand,
			skinDrift: result.skinDrift
		},
		face: result.face,
		provenance: {
			device: result.device,
			timings: result.timings,
			...(twin && { identical: sameBytes(twin, result.bytes) })
		},
		createdAt: Date.now()
	};
}

function sameBytes(a: ArrayBuffer, b: ArrayBuffer): boolean {
	const [left, right] = [new Uint8Array(a), new Uint8Array(b)];
	return left.length === right.length && left.every((byte, i) => byte === right[i]);
}
