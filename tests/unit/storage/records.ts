/** Records and repositories for the storage tests. */
import { UNDIRECTED } from '$lib/direction/compile';
import { Repository } from '$lib/storage/repository';
import type { FrameRecord, ReferenceRecord, ShootRecord, SitterRecord } from '$lib/storage/schema';
import { afterEach, vi } from 'vitest';

/** Opens repositories that are closed again after each test of the calling file. */
export function repositories(): (
	name: string,
	options?: Omit<ConstructorParameters<typeof Repository>[0] & object, 'name'>
) => Repository {
	const opened: Repository[] = [];
	afterEach(async () => {
		await Promise.all(opened.splice(0).map((repo) => repo.close()));
		vi.restoreAllMocks();
	});
	return (name, options = {}) => {
		const made = new Repository({ name, ...options });
		opened.push(made);
		return made;
	};
}

export const sitter = (id: string, createdAt = 1): SitterRecord => ({
	id,
	name: id,
	kind: 'own',
	createdAt
});
export const reference = (id: string, sitterId: string, createdAt = 1): ReferenceRecord => ({
	id,
	sitterId,
	name: `${id}.jpg`,
	bytes: new Uint8Array([1, 2, 3, createdAt]).buffer,
	mimeType: 'image/webp',
	width: 400,
	height: 500,
	face: {
		box: { x: 10, y: 20, width: 100, height: 120 },
		points: {
			rightEye: [1, 2],
			leftEye: [3, 4],
			noseTip: [5, 6],
			mouthRight: [7, 8],
			mouthLeft: [9, 10]
		},
		score: 0.9
	},
	embedding: new Float32Array([0.6, 0.8]),
	packHash: 'p',
	createdAt
});
export const shoot = (id: string, createdAt = 1): ShootRecord => ({
	id,
	name: 'Directory',
	direction: UNDIRECTED,
	sitterId: 's',
	sitterName: 'Ines',
	seed: 7,
	count: 2,
	identityStrength: 1,
	createdAt
});
export const frame = (id: string, shootId: string, index: number): FrameRecord => ({
	id,
	shootId,
	index,
	bytes: new Uint8Array([137, 80, index]).buffer,
	mimeType: 'image/png',
	width: 256,
	height: 320,
	recipe: {
		version: 1,
		packId: 'pocket',
		packHash: 'p',
		direction: UNDIRECTED,
		seed: 7 + index,
		steps: 8,
		guidanceScale: 1,
		identityStrength: 1
	},
	scores: { likeness: 0.5 },
	provenance: {
		device: {
			kind: 'wasm',
			reason: 'no-webgpu',
			adapter: null,
			threads: 2,
			crossOriginIsolated: true
		},
		timings: { stages: [], steps: [10], totalMilliseconds: 12 }
	},
	createdAt: 1
});
