/** Reference photographs as records and as pictures. */
import type { ReferencePhoto } from '$lib/contract/engine';
import type { PhotoRemark } from '$lib/contract/faces';
import type { LikenessScale } from '$lib/contract/likeness';
import type { ReferenceRecord, SitterRecord } from '$lib/storage/schema';
import { strangerRemarks } from './strangers';

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

/**
 * The photographs of one sitter with all their remarks. Whether one is unlike the others is never kept: taking it away
 * clears the others.
 */
export function photographsOf(
	references: readonly ReferenceRecord[],
	pictures: readonly string[],
	scale: LikenessScale | undefined
): Photograph[] {
	return references.map((reference, index) => {
		const others = references.filter((other) => other !== reference);
		const remarks = [...(reference.remarks ?? []), ...strangerRemarks(reference, others, scale)];
		return { id: reference.id, url: pictures[index] ?? '', remarks };
	});
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
