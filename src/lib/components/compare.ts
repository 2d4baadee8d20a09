/** What a frame can be held against: other frames of its sheet, and the sitter's reference photographs. */
import type { FrameFacts } from './frame';
import { frameNumber } from './words';

/** A picture with its names. */
export interface Comparable {
	/** Stays the same while the large view moves on to other frames. */
	id: string;
	url: string;
	/** On the picture and in the list, for example "Frame 02". */
	label: string;
	alt: string;
}

/**
 * @param frames of the sheet; those without a picture are passed over, as is `frame` itself
 * @param references URLs of the sitter's photographs
 */
export function comparables(
	frame: Pick<FrameFacts, 'index'>,
	frames: readonly Pick<FrameFacts, 'index' | 'status' | 'url'>[],
	references: readonly string[],
	sitterName: string
): Comparable[] {
	return [
		...frames.flatMap(({ index, status, url }) =>
			status === 'done' && url && index !== frame.index
				? [comparableFrame(index, url, `Frame ${frameNumber(index)}`)]
				: []
		),
		...references.map((url, i) => ({
			id: `reference ${i}`,
			url,
			label: `Reference ${i + 1}`,
			alt: `Reference ${i + 1} of ${sitterName}`
		}))
	];
}

export function comparableFrame(index: number, url: string, alt: string): Comparable {
	return { id: `frame ${index}`, url, label: `Frame ${frameNumber(index)}`, alt };
}
