/** What is kept of a shoot: enough to make every frame again. */
import type { DeviceReport } from './device';
import type { Direction } from './direction';
import type { FrameTimings } from './engine';
import type { LikenessBand } from './likeness';
import type { ImageSize } from './manifest';
import type { SkinDrift } from './skin';

/** Everything a frame's pixels depend on, apart from the sitter's references. */
export interface Recipe {
	version: 1;
	packId: string;
	packHash: string;
	direction: Direction;
	/** What the pack was told, where it reads text. */
	prompt?: string;
	seed: number;
	/** Set where another seed places the face: variations keep the composition they started from. */
	compositionSeed?: number;
	steps: number;
	guidanceScale: number;
	identityStrength: number;
	/** Set where it is not the pack's native size. */
	size?: ImageSize;
	/** Set for variations: the frame it started from and how far it moved. */
	init?: { frameId: string; strength: number };
}

/** How far a variation moves from the frame it starts from; the pack says what that is as a strength. */
export type VariationDegree = 'subtle' | 'strong';

/** Where a shoot came from when it did not come from the call sheet: one frame of an earlier shoot. */
export type ShootOrigin = {
	frameId: string;
	/** Position of that frame in its shoot, from 0. */
	frameIndex: number;
} & (
	| {
			kind: 'variation';
			degree: VariationDegree;
			/** In (0, 1]. */ strength: number;
			/** Absent in shoots kept before packs composed. */ compositionSeed?: number;
	  }
	/** The recipe itself: what is made again must not depend on what is set now. */
	| { kind: 'rerun'; recipe: Recipe }
);

/** An editor's decision about a frame, as drawn on a contact sheet: a ring or a cross. */
export type FrameMark = 'favourite' | 'rejected';

export interface FrameScores {
	/** Cosine in [-1, 1], null when the portrait's face was not found. */
	likeness: number | null;
	/** Absent in frames kept before packs had a scale. */
	likenessBand?: LikenessBand | null;
	/** Absent in frames kept before skin was measured. */
	skinDrift?: SkinDrift | null;
}

export interface FrameProvenance {
	device: DeviceReport;
	timings: FrameTimings;
	/** Re-runs only: the bytes are those of the frame that was made again. Absent when that frame is gone. */
	identical?: boolean;
}
