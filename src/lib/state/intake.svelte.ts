/** Own photographs on their way in: one line for each file, and what became of it. */
import type { FaceLook } from '$lib/contract/engine';
import { LuxError, toWireError, type WireError } from '$lib/contract/errors';
import type { PhotoRemark, Point } from '$lib/contract/faces';
import type { SitterRecord } from '$lib/storage/schema';
import type { EngineState } from './engine.svelte';
import { replacePhotograph } from './replace-photograph';
import { MAX_REFERENCES, type SitterState } from './sitters.svelte';

export class IntakePhoto {
	status = $state<'waiting' | 'reading' | 'kept' | 'refused'>('waiting');
	/** Why it was refused; on a kept photo, why it will be gone when the page is closed. */
	error = $state.raw<WireError | null>(null);
	/** What makes a kept photo a weak reference. */
	remarks = $state.raw<readonly PhotoRemark[]>([]);
	/** Which of several faces the person pointed at, in shares of the upright picture's sides. */
	at: Point | undefined;
	/** Puts back the photograph that this one took the place of; null where it took nobody's place. */
	undo = $state.raw<(() => Promise<void>) | null>(null);

	constructor(readonly file: File) {}
}

export class IntakeState {
	photos = $state.raw<readonly IntakePhoto[]>([]);
	/** "This is me, or an adult who agreed." Nothing is read before it is true. */
	#consent = $state(false);
	#sitter = $state.raw<SitterRecord | null>(null);
	/** Id of the photograph of the sitter that the next good one takes the place of. */
	#replaced = $state.raw<string | null>(null);
	#pumping = false;

	constructor(
		private readonly engine: EngineState,
		private readonly sitters: SitterState
	) {}

	get consent(): boolean {
		return this.#consent;
	}

	set consent(given: boolean) {
		this.#consent = given;
		this.#pump();
	}

	get reading(): boolean {
		return this.photos.some(({ status }) => status === 'reading');
	}

	get waiting(): number {
		return this.photos.filter(({ status }) => status === 'waiting').length;
	}

	/** Photographs that were read and are in use. */
	get kept(): number {
		return this.photos.filter(({ status }) => status === 'kept').length;
	}

	/** The next photographs are of this sitter, not of a new one; the first good one takes the place of `replaced`. */
	resume(sitter: SitterRecord, replaced: string | null = null): void {
		this.#sitter = sitter;
		this.#replaced = replaced;
	}

	get replacing(): boolean {
		return this.#replaced !== null;
	}

	/** Files from a picker, a drop or the clipboard; each gets its own answer. */
	add(files: Iterable<File>): void {
		this.photos = [...this.photos, ...Array.from(files, (file) => new IntakePhoto(file))];
		this.#pump();
	}

	/** A glance through the camera; null when the engine cannot look now. */
	look(picture: ImageBitmap): Promise<FaceLook | null> {
		return this.engine.lookAt(new AbortController().signal, picture).catch(() => null);
	}

	/** Reads a photograph of several people again, now that it is known who is meant. */
	choose(photo: IntakePhoto, at: Point): void {
		if (photo.status !== 'refused') return;
		photo.at = at;
		photo.error = null;
		photo.status = 'waiting';
		this.#pump();
	}

	/**
	 * The photograph that this one took the place of comes back, and this one goes.
	 * @throws LuxError what storage throws
	 */
	async putBack(photo: IntakePhoto): Promise<void> {
		await photo.undo?.();
		this.photos = this.photos.filter((other) => other !== photo);
	}

	/** Ends this intake; the next photographs belong to a new sitter. */
	finish(): void {
		this.photos = this.photos.filter(({ status }) => status === 'reading');
		this.#sitter = this.#replaced = null;
		this.#consent = false;
	}

	#pump(): void {
		if (!this.#consent || this.#pumping) return;
		this.#pumping = true;
		void this.#readAll().finally(() => (this.#pumping = false));
	}

	async #readAll(): Promise<void> {
		for (;;) {
			const photo = this.photos.find(({ status }) => status === 'waiting');
			if (!photo || !this.#consent) return;
			photo.status = 'reading';
			try {
				photo.error = await this.#read(photo);
				photo.status = 'kept';
			} catch (error) {
				photo.error = toWireError(error);
				photo.status = 'refused';
			}
		}
	}

	async #read(entry: IntakePhoto): Promise<WireError | null> {
		const { file, at } = entry;
		const sitter = (this.#sitter ??= this.sitters.draft(this.#nextName()));
		const replaced = this.#replaced;
		const room = MAX_REFERENCES + (replaced ? 1 : 0);
		if (this.sitters.referenceCount(sitter.id) >= room)
			throw new LuxError('request-invalid', {
				detail: `a sitter has at most ${MAX_REFERENCES} photographs`
			});
		const name = file.name;
		const bytes = await file.arrayBuffer().catch(() => {
			throw new LuxError('photo-undecodable', { name });
		});
		const { signal } = new AbortController();
		const asked = at ? { bytes, name, at } : { bytes, name };
		const photo = await this.engine.readReference(signal, asked, () => undefined);
		const compared = this.sitters.comparedWith(sitter.id, photo, replaced);
		const remarks = [...photo.remarks, ...compared.kept];
		entry.remarks = [...remarks, ...compared.now];
		const kept = { ...sitter, consentedAt: Date.now() };
		const problem = await this.sitters.add(kept, { ...photo, remarks }, name);
		if (!replaced) return problem;
		this.#replaced = null;
		entry.undo = await replacePhotograph(this.sitters, sitter.id, replaced);
		return problem;
	}

	#nextName(): string {
		const own = this.sitters.all.filter(({ kind }) => kind === 'own').length;
		return own === 0 ? 'You' : `Sitter ${own + 1}`;
	}
}
