/**
 * Likeness as steps of a scale. Every face encoder has its own cosines, so the scale belongs to the pack: its manifest
 * carries it, measured by `npm run sitter:eval` (`docs/likeness.md`).
 */
import type { PackManifest } from './manifest';

/** Best first. */
export const LIKENESS_BANDS = ['close', 'near', 'distant', 'unlike'] as const;
export type LikenessBand = (typeof LIKENESS_BANDS)[number];

/** Smallest cosines, against the mean of the references. */
export interface LikenessScale {
	/** What half of a sitter's own other photographs reach, and never less than `near`. */
	close: number;
	/** What the face of a stranger reaches once in a hundred. */
	near: number;
	/** What the face of a stranger reaches once in ten. */
	distant: number;
	/** Of reference photographs: below this against the others, it may be somebody else. */
	stranger: number;
}

/** The scale of a pack; undefined without one, and where embeddings are features, whose cosines mean nothing. */
export function likenessScale({
	embedding,
	likeness
}: Pick<PackManifest['identity'], 'embedding' | 'likeness'>): LikenessScale | undefined {
	return embedding === 'features' ? undefined : likeness;
}

/** @returns null where no face was found or the pack has no scale */
export function bandOf(
	cosine: number | null,
	scale: LikenessScale | undefined
): LikenessBand | null {
	if (cosine === null || !scale) return null;
	if (cosine >= scale.close) return 'close';
	if (cosine >= scale.near) return 'near';
	return cosine >= scale.distant ? 'distant' : 'unlike';
}
