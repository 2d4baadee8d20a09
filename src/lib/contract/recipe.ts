/** What is kept of a shoot: enough to make every frame again. */
import type { DeviceReport } from './device';
import type { Direction } from './direction';
import type { FrameTimings } from './engine';

/** Everything a frame's pixels depend on, apart from the sitter's references. */
export interface Recipe {
	version: 1;
	packId: string;
	packHash: string;
	direction: Direction;
	seed: number;
	steps: number;
	guidanceScale: number;
	identityStrength: number;
	/** Set for variations: the frame it started from and how far it moved. */
	init?: { frameId: string; strength: number };
}

/** An editor's decision about a frame, as drawn on a contact sheet: a ring or a cross. */
export type FrameMark = 'favourite' | 'rejected';

export interface FrameScores {
	/** Cosine in [-1, 1], null when the portrait's face was not found. */
	likeness: number | null;
}

export interface FrameProvenance {
	device: DeviceReport;
	timings: FrameTimings;
}
