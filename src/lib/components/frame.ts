/** What components know of a frame and its sheet; `state/sheet.svelte.ts` provides it. */
import type { Direction, Intent } from '$lib/contract/direction';
import type { WireError } from '$lib/contract/errors';
import type { LikenessBand } from '$lib/contract/likeness';
import type { Stage } from '$lib/contract/progress';
import type { FrameMark, FrameProvenance, Recipe, ShootOrigin } from '$lib/contract/recipe';
import type { SkinDrift } from '$lib/contract/skin';

/** Id of the contact sheet on the page, for whoever wants to bring it into view. */
export const CONTACT_SHEET = 'contact-sheet';

/** `binned`: in the bin, or deleted for good; not shown on its sheet. */
export type FrameStatus = 'waiting' | 'exposing' | 'done' | 'stopped' | 'failed' | 'binned';

export interface FrameFacts {
	readonly index: number;
	readonly seed: number;
	/** Which side of a pair it is; null outside a pair. */
	readonly intent: Intent | null;
	/** Who it is of a team; null where a whole shoot has one sitter. */
	readonly member: { readonly id: string; readonly name: string } | null;
	readonly status: FrameStatus;
	readonly stage: Stage | null;
	readonly step: number;
	readonly steps: number;
	readonly preview: ImageBitmap | null;
	readonly url: string | null;
	readonly likeness: number | null;
	/** False also for frames kept before faces were remembered. */
	readonly faceFound: boolean;
	/** Null also for frames kept before packs had a scale. */
	readonly likenessBand: LikenessBand | null;
	readonly skinDrift: SkinDrift | null;
	/** Ringed, crossed, or not decided yet. */
	readonly mark: FrameMark | null;
	readonly error: WireError | null;
	readonly notKept: WireError | null;
	readonly record: {
		width: number;
		height: number;
		recipe: Recipe;
		provenance: FrameProvenance;
	} | null;
}

export interface SheetFacts<F extends FrameFacts = FrameFacts> {
	readonly shoot: {
		id: string;
		name: string;
		sitterId: string;
		sitterName: string;
		direction: Direction;
		seed: number;
		count: number;
		identityStrength: number;
		createdAt: number;
		origin?: ShootOrigin;
	};
	readonly frames: readonly F[];
}

/** A sitter in the bin; `state/sitter-bin.svelte.ts` provides it. */
export interface BinnedSitterFacts {
	readonly id: string;
	readonly name: string;
	readonly url: string | null;
	/** How many there are of them. */
	readonly photographs: number;
	readonly binnedAt: number;
}

/** One thing in the bin; `state/bin.svelte.ts` provides it. */
export interface BinFacts {
	readonly id: string;
	readonly shoot: {
		readonly name: string;
		readonly sitterName: string;
		readonly origin?: ShootOrigin;
	};
	/** Null for a whole shoot. */
	readonly frame: { readonly index: number } | null;
	/** Pictures in it, and their bytes. */
	readonly count: number;
	readonly bytes: number;
	readonly url: string | null;
	readonly binnedAt: number;
}
