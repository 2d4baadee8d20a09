/** What is kept on the device, and the ladder that brings any older database up to date. */
import type {
	FrameMark,
	FrameScores,
	FrameProvenance,
	Recipe,
	ShootOrigin
} from '$lib/contract/recipe';
import type { Direction, Intent } from '$lib/contract/direction';
import type { CropId } from '$lib/contract/crops';
import type { DetectedFace, PhotoRemark } from '$lib/contract/faces';
import type { ImageSize } from '$lib/contract/manifest';
import type { SkinTone } from '$lib/contract/skin';
import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';

export const DATABASE_NAME = 'luxshot';
export const DATABASE_VERSION = 3;

/** A person who is photographed. `sample` sitters ship with the app; only their references are cached. */
export interface SitterRecord {
	id: string;
	name: string;
	kind: 'sample' | 'own';
	/** When somebody last ticked "This is me, or an adult who agreed"; absent in samples and in sitters kept before it was. */
	consentedAt?: number;
	/** Glasses, hair: the person's own words. */
	notes?: string;
	/** The notes may go into the words a pack is told; otherwise they are for the person alone. */
	notesTold?: boolean;
	/** When the sitter was put into the bin; absent outside it. */
	binnedAt?: number;
	/** Milliseconds since the epoch, as every `createdAt` here. */
	createdAt: number;
}

/** One photograph of a sitter after intake. Deleted with its sitter: the embedding is biometric data. */
export interface ReferenceRecord {
	id: string;
	sitterId: string;
	name: string;
	/** Re-encoded image, without metadata. */
	bytes: ArrayBuffer;
	mimeType: string;
	width: number;
	height: number;
	face: DetectedFace;
	/** What makes it weak, and what tells duplicates; absent in references kept before these were measured. */
	remarks?: readonly PhotoRemark[];
	fingerprint?: string;
	/** Null where skin could not be measured; absent in references kept before it was. */
	skin?: SkinTone | null;
	/** float32 [embeddingLength], unit length, of the face encoder in the pack named by `packHash`. */
	embedding: Float32Array;
	packHash: string;
	createdAt: number;
}

/** What one frame of a shoot is, where that is more than the next seed of the shoot's direction. */
export interface FramePlan {
	direction: Direction;
	seed: number;
	/** Which side of a pair it is. */
	intent?: Intent;
	/** Who sits for this frame, where that is not the sitter of the shoot: the members of a team. */
	sitter?: { id: string; name: string };
}

/** One press of Shoot: what was asked for. */
export interface ShootRecord {
	id: string;
	/** Name of the shoot as shown, for example "Rooftop Dusk". */
	name: string;
	direction: Direction;
	sitterId: string;
	/** Kept so that a shoot still says who sat after the sitter was removed. */
	sitterName: string;
	/** Seed of the first frame; frame i uses seed + i modulo 2^32, unless there is a plan. */
	seed: number;
	count: number;
	/** One entry a frame. Absent where all frames have the direction of the shoot and the next seed each. */
	plan?: readonly FramePlan[];
	identityStrength: number;
	/** Where it is not the pack's native size. */
	size?: ImageSize;
	createdAt: number;
	/**
	 * Indices of frames that were stopped or failed: they are not taken up again by themselves. Frames that are neither here
	 * nor among the frames kept were still waiting when the page went away. Absent in shoots kept before there was a queue.
	 */
	dropped?: readonly number[];
	/** Set for variations and re-runs. */
	origin?: ShootOrigin;
	/** When the whole shoot was put into the bin; absent outside it. Its frames stay as they are. */
	binnedAt?: number;
	/** Indices of frames that were deleted for good: neither shown nor made again. */
	erased?: readonly number[];
	/** Teams only: how the portraits are cropped. The frames themselves stay whole. */
	crop?: CropId;
}

/** One finished frame. */
export interface FrameRecord {
	id: string;
	shootId: string;
	/** Position in its shoot, from 0. */
	index: number;
	bytes: ArrayBuffer;
	mimeType: string;
	width: number;
	height: number;
	recipe: Recipe;
	scores: FrameScores;
	/** The face in the picture, null when none was found; absent in frames kept before it was remembered. */
	face?: DetectedFace | null;
	provenance: FrameProvenance;
	createdAt: number;
	/** Ringed or crossed by the person; absent while undecided. */
	mark?: FrameMark;
	/** When this frame was put into the bin; absent outside it. */
	binnedAt?: number;
}

/** A direction that a person gave a name, to start from again. */
export interface OwnShootRecord {
	id: string;
	/** Unlike every other shoot's name, whatever the case. */
	name: string;
	intent: Intent;
	direction: Direction;
	createdAt: number;
}

export interface LuxShotSchema extends DBSchema {
	sitters: { key: string; value: SitterRecord; indexes: { createdAt: number } };
	references: { key: string; value: ReferenceRecord; indexes: { sitterId: string } };
	/** `binnedAt` since version 3: only what lies in the bin is in these indexes. */
	shoots: {
		key: string;
		value: ShootRecord;
		indexes: { createdAt: number; binnedAt: number };
	};
	frames: { key: string; value: FrameRecord; indexes: { shootId: string; binnedAt: number } };
	/** Since version 2. */
	ownShoots: { key: string; value: OwnShootRecord; indexes: { createdAt: number } };
}

type Upgrade = IDBPTransaction<LuxShotSchema, StoreNames<LuxShotSchema>[], 'versionchange'>;

/**
 * Runs every step the database has not seen yet, oldest first. A released step is never edited:
 * the next change to the schema is the next `if`.
 * @param transaction of the upgrade, through which a step reaches stores that are there already
 */
export function migrate(
	database: IDBPDatabase<LuxShotSchema>,
	oldVersion: number,
	transaction: Upgrade
): void {
	if (oldVersion < 1) {
		database.createObjectStore('sitters', { keyPath: 'id' }).createIndex('createdAt', 'createdAt');
		database.createObjectStore('references', { keyPath: 'id' }).createIndex('sitterId', 'sitterId');
		database.createObjectStore('shoots', { keyPath: 'id' }).createIndex('createdAt', 'createdAt');
		database.createObjectStore('frames', { keyPath: 'id' }).createIndex('shootId', 'shootId');
	}
	if (oldVersion < 2) {
		database
			.createObjectStore('ownShoots', { keyPath: 'id' })
			.createIndex('createdAt', 'createdAt');
	}
	if (oldVersion < 3) {
		transaction.objectStore('shoots').createIndex('binnedAt', 'binnedAt');
		transaction.objectStore('frames').createIndex('binnedAt', 'binnedAt');
	}
}
