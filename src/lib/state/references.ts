/** Reference photographs as records and as pictures, and waiting for work on them. */
import type { ReferencePhoto } from '$lib/contract/engine';
import { LuxError } from '$lib/contract/errors';
import type { PhotoRemark } from '$lib/contract/faces';
import type { ReferenceRecord, SitterRecord } from '$lib/storage/schema';

/** A photograph of an own sitter as the page shows it. */
export interface Photograph {
	id: string;
	url: string;
	remarks: readonly PhotoRemark[];
}

export interface OwnSitter {
	record: SitterRecord;
	references: readonly ReferenceRecord[];
	/** Object URLs, in the order of `references`. */
	pictures: readonly string[];
}

/** A photograph that was just read, as it is kept. */
export function referenceOf(
	sitterId: string,
	id: string,
	name: string,
	photo: ReferencePhoto
): ReferenceRecord {
	return { id, sitterId, name, ...photo, createdAt: Date.now() };
}

/** Object URL; its owner revokes it. */
export function pictureOf({ bytes, mimeType }: ReferenceRecord): string {
	return URL.createObjectURL(new Blob([bytes], { type: mimeType }));
}

/** Settles with `work`, or at once with `cancelled` when the signal aborts first. */
export function orCancelled<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		const cancel = () => reject(new LuxError('cancelled', {}));
		if (signal.aborted) return cancel();
		signal.addEventListener('abort', cancel, { once: true });
		work.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancel));
	});
}
