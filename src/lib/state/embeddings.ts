/** Face embeddings of sitters for the present pack, each read once and kept where it costs least. */
import type { ReferencePhoto } from '$lib/contract/engine';
import { LuxError } from '$lib/contract/errors';
import type { Repository } from '$lib/storage/repository';
import type { ReferenceRecord, SitterRecord } from '$lib/storage/schema';
import type { EngineState } from './engine.svelte';
import { referenceOf } from './references';
import type { SamplePhotographs, SampleSitter } from './samples';

/** How one sitter is read: which of the two depends on the kind of sitter. */
interface Reading {
	sample: (sample: SampleSitter) => Promise<Float32Array[]>;
	own: (
		references: readonly ReferenceRecord[],
		record: SitterRecord | undefined
	) => Promise<Float32Array[]>;
}

export class Embeddings {
	/** Work under way or done, by pack and sitter: one reading serves every frame. Failures are evicted. */
	readonly #work = new Map<string, Promise<Float32Array[]>>();

	constructor(
		private readonly engine: EngineState,
		private readonly repository: Repository,
		private readonly photographs: SamplePhotographs
	) {}

	/**
	 * @returns 1-8 vectors, float32 [embeddingLength]
	 * @throws LuxError `request-invalid` for a sitter without references; what reading a photograph throws
	 */
	of(
		sitterId: string,
		packHash: string,
		read: (reading: Reading) => Promise<Float32Array[]>
	): Promise<Float32Array[]> {
		const key = `${packHash} ${sitterId}`;
		const known = this.#work.get(key);
		if (known) return known;
		const work = read({
			sample: (sample) => this.#sample(sample, packHash),
			own: (references, record) => this.#own(references, record, packHash)
		}).then((embeddings) => {
			if (embeddings.length === 0)
				throw new LuxError('request-invalid', { detail: 'this sitter has no photographs' });
			return embeddings;
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
	async #sample(sample: SampleSitter, packHash: string): Promise<Float32Array[]> {
		const cached = await this.repository.referencesOf(sample.id).catch(() => []);
		const record: SitterRecord = {
			id: sample.id,
			name: sample.name,
			kind: 'sample',
			createdAt: 0
		};
		const embeddings: Float32Array[] = [];
		for (const url of sample.urls) {
			const id = `${sample.id} ${url.slice(url.lastIndexOf('/') + 1)}`;
			const hit = cached.find((reference) => reference.id === id);
			if (hit?.packHash === packHash) {
				embeddings.push(hit.embedding);
				continue;
			}
			const bytes = await this.photographs.read(url);
			const photo = await this.#read(bytes, sample.name);
			embeddings.push(photo.embedding);
			// A cache only: a full disk costs the next visit a moment, nothing else.
			await this.repository
				.addReference(record, referenceOf(sample.id, id, sample.name, photo))
				.catch(() => undefined);
		}
		return embeddings;
	}

	async #own(
		references: readonly ReferenceRecord[],
		record: SitterRecord | undefined,
		packHash: string
	): Promise<Float32Array[]> {
		const embeddings: Float32Array[] = [];
		for (const reference of references) {
			if (reference.packHash === packHash || !record) {
				embeddings.push(reference.embedding);
				continue;
			}
			const { embedding } = await this.#read(reference.bytes.slice(0), reference.name, reference);
			embeddings.push(embedding);
			await this.repository
				.addReference(record, { ...reference, embedding, packHash })
				.catch(() => undefined);
		}
		return embeddings;
	}

	/** A photograph that was kept knows which of its faces was meant. */
	#read(bytes: ArrayBuffer, name: string, kept?: ReferenceRecord): Promise<ReferencePhoto> {
		const uncancelled = new AbortController().signal;
		const box = kept?.face.box;
		const at =
			box &&
			([(box.x + box.width / 2) / kept.width, (box.y + box.height / 2) / kept.height] as const);
		return this.engine.readReference(
			uncancelled,
			at ? { bytes, name, at } : { bytes, name },
			() => undefined
		);
	}
}
