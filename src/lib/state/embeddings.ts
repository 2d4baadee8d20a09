/** Faces of sitters as the present pack reads them, each read once and kept where it costs least. */
import type { ReferencePhoto } from '$lib/contract/engine';
import { LuxError } from '$lib/contract/errors';
import type { SkinTone } from '$lib/contract/skin';
import type { Repository } from '$lib/storage/repository';
import type { ReferenceRecord, SitterRecord } from '$lib/storage/schema';
import type { EngineState } from './engine.svelte';
import { referenceOf } from './references';
import type { SamplePhotographs, SampleSitter } from './samples';

/** One reference as a frame needs it. */
export interface SitterFace {
	/** float32 [embeddingLength], as the pack's face encoder gives it. */
	embedding: Float32Array;
	/** Null where it could not be measured. */
	skin: SkinTone | null;
}

/** How one sitter is read: which of the two depends on the kind of sitter. */
interface Reading {
	sample: (sample: SampleSitter) => Promise<SitterFace[]>;
	own: (
		references: readonly ReferenceRecord[],
		record: SitterRecord | undefined
	) => Promise<SitterFace[]>;
}

export class Embeddings {
	/** Work under way or done, by pack and sitter: one reading serves every frame. Failures are evicted. */
	readonly #work = new Map<string, Promise<SitterFace[]>>();

	constructor(
		private readonly engine: EngineState,
		private readonly repository: Repository,
		private readonly photographs: SamplePhotographs
	) {}

	/**
	 * @returns 1-8 faces
	 * @throws LuxError `request-invalid` for a sitter without references; what reading a photograph throws
	 */
	of(
		sitterId: string,
		packHash: string,
		read: (reading: Reading) => Promise<SitterFace[]>
	): Promise<SitterFace[]> {
		const key = `${packHash} ${sitterId}`;
		const known = this.#work.get(key);
		if (known) return known;
		const work = read({
			sample: (sample) => this.#sample(sample, packHash),
			own: (references, record) => this.#own(references, record, packHash)
		}).then((faces) => {
			if (faces.length === 0)
				throw new LuxError('request-invalid', { detail: 'this sitter has no photographs' });
			return faces;
		});
		this.#work.set(key, work);
		work.catch(() => this.#work.delete(key));
		return work;
	}

	/** The sitter's photographs changed. */
	forget(sitterId: string): void {
		for (const key of [...this.#work.keys()])
			if (key.endsWith(` ${sitterId}`)) this.#work.delete(key);
	}

	/** Through the same intake as uploads; the result is cached with its pack. */
	async #sample(sample: SampleSitter, packHash: string): Promise<SitterFace[]> {
		const cached = await this.repository.referencesOf(sample.id).catch(() => []);
		const record: SitterRecord = {
			id: sample.id,
			name: sample.name,
			kind: 'sample',
			createdAt: 0
		};
		const faces: SitterFace[] = [];
		for (const url of sample.urls) {
			const id = `${sample.id} ${url.slice(url.lastIndexOf('/') + 1)}`;
			const hit = cached.find((reference) => reference.id === id);
			if (hit && isCurrent(hit, packHash)) {
				faces.push(faceOf(hit));
				continue;
			}
			const bytes = await this.photographs.read(url);
			const photo = await this.#read(bytes, sample.name, packHash);
			faces.push(faceOf(photo));
			// A cache only: a full disk costs the next visit a moment, nothing else.
			await this.repository
				.addReference(record, referenceOf(sample.id, id, sample.name, photo))
				.catch(() => undefined);
		}
		return faces;
	}

	async #own(
		references: readonly ReferenceRecord[],
		record: SitterRecord | undefined,
		packHash: string
	): Promise<SitterFace[]> {
		const faces: SitterFace[] = [];
		for (const reference of references) {
			if (isCurrent(reference, packHash) || !record) {
				faces.push(faceOf(reference));
				continue;
			}
			const photo = await this.#read(reference.bytes.slice(0), reference.name, packHash, reference);
			const face = faceOf(photo);
			faces.push(face);
			await this.repository
				.amendReference(reference.id, { ...face, packHash })
				.catch(() => undefined);
		}
		return faces;
	}

	/**
	 * A photograph that was kept knows which of its faces was meant.
	 * @throws LuxError `not-booted` where the studio changed to another pack meanwhile
	 */
	async #read(
		bytes: ArrayBuffer,
		name: string,
		packHash: string,
		kept?: ReferenceRecord
	): Promise<ReferencePhoto> {
		const uncancelled = new AbortController().signal;
		const box = kept?.face.box;
		const at =
			box &&
			([(box.x + box.width / 2) / kept.width, (box.y + box.height / 2) / kept.height] as const);
		const photo = await this.engine.readReference(
			uncancelled,
			at ? { bytes, name, at } : { bytes, name },
			() => undefined
		);
		if (photo.packHash !== packHash) throw new LuxError('not-booted', {});
		return photo;
	}
}

const faceOf = ({ embedding, skin }: ReferenceRecord | ReferencePhoto): SitterFace => ({
	embedding,
	skin: skin ?? null
});

/** Read by this pack, and since skin is measured. */
const isCurrent = (reference: ReferenceRecord, packHash: string) =>
	reference.packHash === packHash && reference.skin !== undefined;
