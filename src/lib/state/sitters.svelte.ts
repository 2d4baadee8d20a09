/** Who can be photographed: the sample sitters that ship with the app, and the person's own. */
import { LuxError, toWireError, type WireError } from '$lib/contract/errors';
import type { ReferencePhoto } from '$lib/contract/engine';
import type { Repository } from '$lib/storage/repository';
import type { ReferenceRecord, SitterRecord } from '$lib/storage/schema';
import type { EngineState } from './engine.svelte';
import { fetchSamples, SamplePhotographs, type SampleSitter } from './samples';

/** The mean of more references changes little, and every one is another face to store. */
export const MAX_REFERENCES = 8;

export interface Sitter {
	id: string;
	name: string;
	kind: 'sample' | 'own';
	/** URLs of the references, first one shown as the sitter's picture. */
	pictures: readonly string[];
}

interface OwnSitter {
	record: SitterRecord;
	references: ReferenceRecord[];
	pictures: string[];
}

export class SitterState {
	selectedId = $state<string | null>(null);
	error = $state.raw<WireError | null>(null);
	#samples = $state.raw<readonly SampleSitter[]>([]);
	#own = $state.raw<readonly OwnSitter[]>([]);
	readonly #photographs = new SamplePhotographs();
	/** Work under way or done, by sitter and pack: one reading serves every frame. Failures are evicted. */
	// eslint-disable-next-line svelte/prefer-svelte-reactivity -- work under way, never rendered
	readonly #embeddings = new Map<string, Promise<Float32Array[]>>();

	/** @param baseUrl absolute URL of the app's root with a trailing slash, known in the browser only */
	constructor(
		private readonly engine: EngineState,
		private readonly repository: Repository,
		private readonly baseUrl: () => string
	) {}

	get all(): readonly Sitter[] {
		return [
			...this.#own.map(({ record, pictures }) => ({ ...record, pictures })),
			...this.#samples.map(({ id, name, urls }) => ({
				id,
				name,
				kind: 'sample' as const,
				pictures: urls
			}))
		];
	}

	get selected(): Sitter | null {
		return this.all.find(({ id }) => id === this.selectedId) ?? this.all[0] ?? null;
	}

	/** Sample sitters from the app, own ones from storage. Each may fail without the other. */
	async load(): Promise<void> {
		const samples = fetchSamples(this.baseUrl()).then((found) => {
			this.#samples = found;
			this.#photographs.prefetch(found);
		});
		const own = this.#restoreOwn();
		for (const outcome of await Promise.allSettled([samples, own]))
			if (outcome.status === 'rejected') this.error = toWireError(outcome.reason);
		// The first sample is chosen on a cold open: one press of Shoot is enough.
		this.selectedId ??= this.#samples[0]?.id ?? this.#own[0]?.record.id ?? null;
	}

	/**
	 * Face embeddings of a sitter for the current pack, read again where the pack changed.
	 * @returns 1-8 vectors, float32 [embeddingLength]
	 * @throws LuxError `cancelled` at once when the signal aborts; `request-invalid` for a sitter without
	 *   references; otherwise what reading a photograph throws
	 */
	async embeddings(signal: AbortSignal, sitterId: string): Promise<Float32Array[]> {
		const { pack } = await this.engine.start();
		const key = `${pack.hash} ${sitterId}`;
		let work = this.#embeddings.get(key);
		if (!work) {
			work = this.#embed(sitterId, pack.hash);
			this.#embeddings.set(key, work);
			work.catch(() => this.#embeddings.delete(key));
		}
		return orCancelled(signal, work);
	}

	/** Reads the chosen sitter ahead of the first Shoot. Failures show when a frame needs them. */
	prepare(): void {
		const sitter = this.selected;
		if (sitter) this.embeddings(new AbortController().signal, sitter.id).catch(() => undefined);
	}

	/** A sitter without references yet; kept with the first one. */
	draft(name: string): SitterRecord {
		return { id: crypto.randomUUID(), name, kind: 'own', createdAt: Date.now() };
	}

	referenceCount(sitterId: string): number {
		return this.#own.find(({ record }) => record.id === sitterId)?.references.length ?? 0;
	}

	fingerprints(sitterId: string): string[] {
		const own = this.#own.find(({ record }) => record.id === sitterId);
		return (own?.references ?? []).flatMap(({ fingerprint }) => fingerprint ?? []);
	}

	/**
	 * Adds a photograph to a sitter and keeps both.
	 * @returns why it could not be kept; the reference works until the page is closed all the same
	 */
	async add(record: SitterRecord, photo: ReferencePhoto, name: string): Promise<WireError | null> {
		const reference = referenceOf(record.id, crypto.randomUUID(), name, photo);
		const known = this.#own.find((own) => own.record.id === record.id);
		const next: OwnSitter = {
			record: known?.record ?? record,
			references: [...(known?.references ?? []), reference],
			pictures: [...(known?.pictures ?? []), pictureOf(reference)]
		};
		this.#own = known ? this.#own.map((own) => (own === known ? next : own)) : [...this.#own, next];
		this.#forget(record.id);
		this.selectedId = record.id;
		try {
			await this.repository.addReference(next.record, reference);
			return null;
		} catch (error) {
			return toWireError(error);
		}
	}

	async rename(sitterId: string, name: string): Promise<void> {
		const own = this.#own.find(({ record }) => record.id === sitterId);
		if (!own) return;
		const record = { ...own.record, name };
		this.#own = this.#own.map((other) => (other === own ? { ...own, record } : other));
		await this.repository.saveSitter(record);
	}

	/** Removes an own sitter with every photograph and embedding. */
	async remove(sitterId: string): Promise<void> {
		await this.repository.removeSitter(sitterId);
		const own = this.#own.find(({ record }) => record.id === sitterId);
		own?.pictures.forEach((url) => URL.revokeObjectURL(url));
		this.#own = this.#own.filter((other) => other !== own);
		this.#forget(sitterId);
		if (this.selectedId === sitterId) this.selectedId = this.all[0]?.id ?? null;
	}

	async #restoreOwn(): Promise<void> {
		const records = (await this.repository.listSitters()).filter(({ kind }) => kind === 'own');
		this.#own = await Promise.all(
			records.map(async (record) => {
				const references = await this.repository.referencesOf(record.id);
				return { record, references, pictures: references.map(pictureOf) };
			})
		);
	}

	async #embed(sitterId: string, packHash: string): Promise<Float32Array[]> {
		const sample = this.#samples.find(({ id }) => id === sitterId);
		const own = this.#own.find(({ record }) => record.id === sitterId);
		const embeddings = sample
			? await this.#embedSample(sample, packHash)
			: await this.#embedOwn(own?.references ?? [], own?.record, packHash);
		if (embeddings.length === 0)
			throw new LuxError('request-invalid', { detail: 'this sitter has no photographs' });
		return embeddings;
	}

	/** Through the same intake as uploads; the result is cached with its pack. */
	async #embedSample(sample: SampleSitter, packHash: string): Promise<Float32Array[]> {
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
			const bytes = await this.#photographs.read(url);
			const photo = await this.#read(bytes, sample.name);
			embeddings.push(photo.embedding);
			// A cache only: a full disk costs the next visit a moment, nothing else.
			await this.repository
				.addReference(record, referenceOf(sample.id, id, sample.name, photo))
				.catch(() => undefined);
		}
		return embeddings;
	}

	async #embedOwn(
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
			const { embedding } = await this.#read(reference.bytes.slice(0), reference.name);
			embeddings.push(embedding);
			await this.repository
				.addReference(record, { ...reference, embedding, packHash })
				.catch(() => undefined);
		}
		return embeddings;
	}

	#read(bytes: ArrayBuffer, name: string): Promise<ReferencePhoto> {
		const uncancelled = new AbortController().signal;
		return this.engine.readReference(uncancelled, { bytes, name }, () => undefined);
	}

	#forget(sitterId: string): void {
		for (const key of [...this.#embeddings.keys()])
			if (key.endsWith(` ${sitterId}`)) this.#embeddings.delete(key);
	}
}

function referenceOf(
	sitterId: string,
	id: string,
	name: string,
	photo: ReferencePhoto
): ReferenceRecord {
	return { id, sitterId, name, ...photo, createdAt: Date.now() };
}

function pictureOf({ bytes, mimeType }: ReferenceRecord): string {
	return URL.createObjectURL(new Blob([bytes], { type: mimeType }));
}

/** Settles with `work`, or at once with `cancelled` when the signal aborts first. */
function orCancelled<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		const cancel = () => reject(new LuxError('cancelled', {}));
		if (signal.aborted) return cancel();
		signal.addEventListener('abort', cancel, { once: true });
		work.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancel));
	});
}
