/** Reference photographs as records and as pictures. */
import type { ReferencePhoto } from '$lib/contract/engine';
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
