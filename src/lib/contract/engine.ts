/**
 * The one engine interface the UI knows. `bridge/engine-client.ts` implements it over the sealed
 * worker; `tests/ui/fake-engine.ts` implements it for UI tests.
 */
import type { DeviceOverride, DeviceReport, SealReport } from './device';
import type { Direction } from './direction';
import type { DetectedFace, HeadPose, PhotoRemark, Point } from './faces';
import type { LikenessBand } from './likeness';
import type { ImageSize, PackManifest } from './manifest';
import type { ProgressListener, Stage } from './progress';
import type { SkinDrift, SkinTone } from './skin';

export interface BootOptions {
	device: DeviceOverride;
	/** Pack directory under the app's own origin, for example `packs/pocket`. */
	pack: string;
}

export interface PackSummary {
	/** sha256 of the manifest bytes, hex: the pack's identity in recipes. */
	hash: string;
	manifest: PackManifest;
}

export interface BootReport {
	device: DeviceReport;
	seal: SealReport;
	pack: PackSummary;
}

/** A photograph as it comes from the person's disk. */
export interface PhotoFile {
	bytes: ArrayBuffer;
	/** Only used in error parameters. */
	name: string;
	/** Which face is meant where there are several: a point in it, in shares of the upright picture's sides. */
	at?: Point;
}

/** A photograph after intake: upright, without metadata, bounded in size, with its one face found. */
export interface ReferencePhoto {
	/** Re-encoded image bytes (`mimeType`). */
	bytes: ArrayBuffer;
	mimeType: string;
	width: number;
	height: number;
	face: DetectedFace;
	/** What makes it a weak reference; empty for a good one. */
	remarks: PhotoRemark[];
	/** Of cheeks and forehead; null where light or cover hides them. */
	skin: SkinTone | null;
	/** 64 bits as 16 hex digits that hardly change when a picture is saved again: tells duplicates. */
	fingerprint: string;
	/** Face embedding of the current pack, float32 [embeddingLength]: of unit length, or features (`identity.embedding`). Biometric data. */
	embedding: Float32Array;
	/** Hash of the pack whose face encoder made `embedding`. */
	packHash: string;
}

/** A glance at a live picture. */
export interface FaceLook {
	/** Number of faces; pose and remarks are about the largest. */
	faces: number;
	pose: HeadPose | null;
	remarks: PhotoRemark[];
}

export interface FrameRequest {
	/** Embeddings of 1-8 references of one sitter. */
	embeddings: Float32Array[];
	/** Skin tones of the references, as far as they are known; without any, drift is not judged. */
	skin?: readonly SkinTone[];
	direction: Direction;
	/** The direction in words, for packs that read text; others do not look at it. */
	prompt?: string;
	/** Unsigned 32-bit. */
	seed: number;
	/** Places the face; `seed` when absent. A variation passes that of the picture it starts from. */
	compositionSeed?: number;
	/** Denoising steps; the pack's default when absent. */
	steps?: number;
	guidanceScale?: number;
	/** Adapter strength in [0, 1]; 0 switches the identity adapter off. */
	identityStrength?: number;
	/** Start from an image instead of pure noise (variation). `strength` in (0, 1]. */
	init?: { bytes: ArrayBuffer; strength: number };
	/** One of the pack's sizes; its native one when absent. */
	size?: ImageSize;
	/** Decode a preview after every n-th step; 0 for none. */
	previewEvery: number;
}

export interface FrameTimings {
	stages: { stage: Stage; milliseconds: number }[];
	/** Milliseconds of every denoising step. */
	steps: number[];
	totalMilliseconds: number;
}

export interface FrameResult {
	/** PNG bytes. Same seed, pack and device kind give the same bytes. */
	bytes: ArrayBuffer;
	mimeType: 'image/png';
	width: number;
	height: number;
	/** Cosine in [-1, 1] between the portrait's face and the references; null when no face was found in it, or the pack compares nobody. */
	likeness: number | null;
	/** The same as a step of the pack's scale; null without a face or a scale. */
	likenessBand: LikenessBand | null;
	/** Null where the light or the look has a colour of its own, and where skin cannot be measured. */
	skinDrift: SkinDrift | null;
	/** The face that was judged, the largest in the portrait; null when none was found. Crops are placed by it. */
	face: DetectedFace | null;
	timings: FrameTimings;
	device: DeviceReport;
}

/** Every method rejects with a `LuxError`; an aborted one rejects with code `cancelled`, never resolves. */
export interface PortraitEngine {
	/** Starts workers, proves the seal, loads the pack. Safe to call again after a failure. */
	boot(
		signal: AbortSignal,
		options: BootOptions,
		onProgress: ProgressListener
	): Promise<BootReport>;
	/** Checks, straightens and encodes one photograph. */
	readReference(
		signal: AbortSignal,
		photo: PhotoFile,
		onProgress: ProgressListener
	): Promise<ReferencePhoto>;
	/** Glances at one live picture for a hint, and takes it over; nothing of it is kept. */
	lookAt(signal: AbortSignal, picture: ImageBitmap): Promise<FaceLook>;
	/** Makes one portrait. Calls are queued; a failed one does not poison the next. */
	shootFrame(
		signal: AbortSignal,
		request: FrameRequest,
		onProgress: ProgressListener
	): Promise<FrameResult>;
	/** Ends the workers; everything pending rejects. */
	dispose(): void;
}
