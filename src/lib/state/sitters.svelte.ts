/** Who can be photographed: the sample sitters that ship with the app, and the person's own. */
import { LuxError, toWireError, type WireError } from '$lib/contract/errors';
import { abortable } from '$lib/bridge/abortable';
import type { ReferencePhoto } from '$lib/contract/engine';
import type { PhotoRemark } from '$lib/contract/faces';
import { likenessScale, type LikenessScale } from '$lib/contract/likeness';
import type { Repository } from '$lib/storage/repository';
import type { ReferenceRecord, SitterRecord } from '$lib/storage/schema';
import { duplicateRemarks } from './duplicates';
import { Embeddings, type SitterFace } from './embeddings';
import type { EngineState } from './engine.svelte';
import {
	photographsOf,
	pictureOf,
	referenceOf,
	type OwnSitter,
	type Photograph
} from './references';
import { fetchSamples, SamplePhotographs, type SampleSitter } from './samples';
import { strangerRemarks } from './strangers';

/** The mean of more references changes little, and every one is another face to store. */
export const MAX_REFERENCES = 8;

export interface Sitter {
	id: string;
	name: string;
	kind: 'sample' | 'own';
	/** URLs of the references, first one shown as the sitter's picture. */
	pictures: readonly string[];
	/** The same as records, for own sitters; empty for samples, which nobody edits. */
	photographs: readonly Photograph[];
	/** Own sitters only, as in `SitterRecord`. */
	consentedAt?: number;
	notes?: string;
	notesTold?: boolean;
}

/** What a person may change about an own sitter. */
export type SitterChange = Partial<Pick<SitterRecord, 'name' | 'notes' | 'notesTold' | 'binnedAt'>>;

export class SitterState {
	selectedId = $state<string | null>(null);
	error = $state.raw<WireError | null>(null);
	#samples = $state.raw<readonly SampleSitter[]>([]);
	#own = $state.raw<readonly OwnSitter[]>([]);
	/** Sitters deleted for good: what is still being read for one of them comes too late. */
	// eslint-disable-next-line svelte/prefer-svelte-reactivity -- looked up, never rendered
	readonly #erased = new Set<string>();
	readonly #photographs = new SamplePhotographs();
	readonly #embeddings: Embeddings;

	/** @param baseUrl absolute URL of the app's root with a trailing slash, known in the browser only */
	constructor(
		private readonly engine: EngineState,
		private readonly repository: Repository,
		private readonly baseUrl: () => string
	) {
		this.#embeddings = new Embeddings(engine, repository, this.#photographs);
	}

	get all(): readonly Sitter[] {
		return [
			...this.#own
				.filter(({ record }) => record.binnedAt === undefined)
				.map(({ record, references, pictures }) => ({
					...record,
					pictures,
					photographs: photographsOf(references, pictures, this.#scale)
				})),
			...this.#samples.map(({ id, name, urls }) => ({
				id,
				name,
				kind: 'sample' as const,
				pictures: urls,
				photographs: []
			}))
		];
	}

	/** Own sitters in the bin, last binned first. */
	get binned(): readonly OwnSitter[] {
		return this.#own
			.filter(({ record }) => record.binnedAt !== undefined)
			.toSorted((a, b) => (b.record.binnedAt ?? 0) - (a.record.binnedAt ?? 0));
	}

	get selected(): Sitter | null {
		return this.all.find(({ id }) => id === this.selectedId) ?? this.all[0] ?? null;
	}

	/** Sample sitters from the app, own ones from storage. Each may fail without the other. */
	async load(): Promise<void> {
		const samples = fetchSamples(this.baseUrl()).then((found) => {
			this.#samples = found;
		});
		const own = this.#restoreOwn();
		for (const outcome of await Promise.allSettled([samples, own]))
			if (outcome.status === 'rejected') this.error = toWireError(outcome.reason);
		// The first sample is chosen on a cold open: one press of Shoot is enough.
		this.selectedId ??= this.#samples[0]?.id ?? this.all[0]?.id ?? null;
	}

	/** Fetches the samples' photographs, so that each can be shot with the network off. */
	prefetch(): void {
		this.#photographs.prefetch(this.#samples);
	}

	/**
	 * Faces of a sitter as the current pack reads them, read again where the pack changed.
	 * @returns 1-8
	 * @throws LuxError `cancelled` at once when the signal aborts; `request-invalid` for a sitter without
	 *   references; otherwise what reading a photograph throws
	 */
	async faces(signal: AbortSignal, sitterId: string): Promise<SitterFace[]> {
		const { pack } = await this.engine.start();
		const sample = this.#samples.find(({ id }) => id === sitterId);
		const own = this.#own.find(({ record }) => record.id === sitterId);
		const work = this.#embeddings.of(sitterId, pack.hash, (embed) =>
			sample ? embed.sample(sample) : embed.own(own?.references ?? [], own?.record)
		);
		return abortable(signal, work);
	}

	/** Reads the chosen sitter ahead of the first Shoot. Failures show when a frame needs them. */
	prepare(): void {
		const sitter = this.selected;
		if (sitter) this.faces(new AbortController().signal, sitter.id).catch(() => undefined);
	}

	/** A sitter without references yet; kept with the first one. */
	draft(name: string): SitterRecord {
		return { id: crypto.randomUUID(), name, kind: 'own', createdAt: Date.now() };
	}

	/** Notes on a sitter that a pack may be told; empty unless the person asked for it. */
	toldNotes(sitterId: string): string {
		const record = this.recordOf(sitterId);
		return record?.notesTold ? (record.notes ?? '') : '';
	}

	referenceCount(sitterId: string): number {
		return this.#own.find(({ record }) => record.id === sitterId)?.references.length ?? 0;
	}

	/** Remarks that a photograph gets from the others, `without` left aside: the same picture again, or somebody else. */
	comparedWith(
		sitterId: string,
		photo: ReferencePhoto,
		without: string | null
	): { kept: PhotoRemark[]; now: PhotoRemark[] } {
		const own = this.#own.find(({ record }) => record.id === sitterId);
		const references = own?.references.filter(({ id }) => id !== without) ?? [];
		const prints = references.flatMap(({ fingerprint }) => fingerprint ?? []);
		return {
			kept: duplicateRemarks(photo.fingerprint, prints),
			now: strangerRemarks(photo, references, this.#scale)
		};
	}

	get #scale(): LikenessScale | undefined {
		const { pack } = this.engine;
		return pack ? likenessScale(pack.manifest.identity) : undefined;
	}

	/**
	 * Adds a photograph to a sitter and keeps both.
	 * @param record with the time of consent: without it nothing is kept
	 * @throws LuxError `request-invalid` without consent, `cancelled` for a sitter that was deleted for good meanwhile
	 * @returns why it could not be kept; the reference works until the page is closed all the same
	 */
	async add(record: SitterRecord, photo: ReferencePhoto, name: string): Promise<WireError | null> {
		if (record.consentedAt === undefined)
			throw new LuxError('request-invalid', { detail: 'nobody agreed to this photograph' });
		if (this.#erased.has(record.id)) throw new LuxError('cancelled', {});
		const reference = referenceOf(record.id, crypto.randomUUID(), name, photo);
		const known = this.#own.find((own) => own.record.id === record.id);
		const next: OwnSitter = {
			record: known ? { ...known.record, consentedAt: record.consentedAt } : record,
			references: [...(known?.references ?? []), reference],
			pictures: [...(known?.pictures ?? []), pictureOf(reference)]
		};
		this.#own = known ? this.#own.map((own) => (own === known ? next : own)) : [...this.#own, next];
		this.#embeddings.forget(record.id);
		this.selectedId = record.id;
		try {
			await this.repository.addReference(next.record, reference);
			return null;
		} catch (error) {
			return toWireError(error);
		}
	}

	/** The record of an own sitter, to which more photographs may be added. */
	recordOf(sitterId: string): SitterRecord | null {
		return this.#own.find(({ record }) => record.id === sitterId)?.record ?? null;
	}

	/**
	 * Takes one photograph away from an own sitter, from storage too. The last one stays: a sitter without any cannot be
	 * photographed.
	 * @returns puts it back; null when there was nothing to take
	 */
	async removeReference(
		sitterId: string,
		referenceId: string
	): Promise<(() => Promise<void>) | null> {
		const own = this.#own.find(({ record }) => record.id === sitterId);
		const reference = own?.references.find(({ id }) => id === referenceId);
		if (!own || !reference || own.references.length === 1) return null;
		await this.repository.removeReference(referenceId);
		this.#replace(
			own.record,
			own.references.filter((other) => other !== reference)
		);
		return async () => {
			const now = this.#own.find(({ record }) => record.id === sitterId);
			if (!now) return;
			await this.repository.addReference(now.record, reference);
			const back = [...now.references, reference];
			this.#replace(
				now.record,
				back.toSorted((a, b) => a.createdAt - b.createdAt)
			);
		};
	}

	/** New photographs of a known sitter: their pictures and embeddings follow. */
	#replace(record: SitterRecord, references: readonly ReferenceRecord[]): void {
		const before = this.#own.find((own) => own.record.id === record.id);
		before?.pictures.forEach((url) => URL.revokeObjectURL(url));
		const next: OwnSitter = { record, references, pictures: references.map(pictureOf) };
		this.#own = this.#own.map((own) => (own === before ? next : own));
		this.#embeddings.forget(record.id);
	}

	/** @throws LuxError what storage throws; nothing has changed then */
	async amend(sitterId: string, change: SitterChange): Promise<void> {
		const own = this.#own.find(({ record }) => record.id === sitterId);
		if (!own) return;
		const record = { ...own.record, ...change };
		await this.repository.saveSitter(record);
		this.#own = this.#own.map((other) =>
			other.record.id === sitterId ? { ...other, record } : other
		);
		if (record.binnedAt !== undefined && this.selectedId === sitterId)
			this.selectedId = this.all[0]?.id ?? null;
	}

	/** Deletes an own sitter for good, with every photograph and embedding, here and in storage. */
	async erase(sitterId: string): Promise<void> {
		this.#erased.add(sitterId);
		await this.repository.removeSitter(sitterId);
		const own = this.#own.find(({ record }) => record.id === sitterId);
		own?.pictures.forEach((url) => URL.revokeObjectURL(url));
		this.#own = this.#own.filter((other) => other !== own);
		this.#embeddings.forget(sitterId);
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
}
