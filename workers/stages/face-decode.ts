/** From the detector's raw numbers to face candidates, and from overlapping candidates to one for each face. */
import type { Box, Point } from '$lib/contract/faces';
import { ANCHOR_COUNT } from './face-anchors';

/** A possible face. Coordinates are in whatever frame the maker says. */
export interface Candidate {
	box: Box;
	/** Right eye, left eye, nose tip, mouth centre, right ear, left ear (the sitter's own right and left). */
	landmarks: readonly Point[];
	/** Confidence in [0, 1]. */
	score: number;
}

/** Side of the detector's input, the unit of its box outputs. */
export const DETECTOR_SIDE = 256;
const VALUES_PER_ANCHOR = 16;
const LANDMARKS = 6;

/**
 * Raw detector outputs -> candidates in 0..1 of its input.
 * @param scores [ANCHOR_COUNT] logits.
 * @param boxes [ANCHOR_COUNT, 16]: box centre, box size and six points, in input pixels from the anchor's centre.
 * @param centres From `anchorCentres`.
 * @param minimumScore Candidates below it are left out.
 */
export function decodeCandidates(
	scores: ArrayLike<number>,
	boxes: ArrayLike<number>,
	centres: ArrayLike<number>,
	minimumScore: number
): Candidate[] {
	const candidates: Candidate[] = [];
	for (let anchor = 0; anchor < ANCHOR_COUNT; anchor++) {
		const score = 1 / (1 + Math.exp(-scores[anchor]!));
		if (!(score >= minimumScore)) continue;
		const at = anchor * VALUES_PER_ANCHOR;
		const point = (offset: number): Point => [
			boxes[at + offset]! / DETECTOR_SIDE + centres[anchor * 2]!,
			boxes[at + offset + 1]! / DETECTOR_SIDE + centres[anchor * 2 + 1]!
		];
		const [x, y] = point(0);
		const width = boxes[at + 2]! / DETECTOR_SIDE;
		const height = boxes[at + 3]! / DETECTOR_SIDE;
		candidates.push({
			box: { x: x - width / 2, y: y - height / 2, width, height },
			landmarks: Array.from({ length: LANDMARKS }, (_, i) => point(4 + 2 * i)),
			score
		});
	}
	return candidates;
}

function intersection(a: Box, b: Box): number {
	const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
	const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
	return Math.max(0, width) * Math.max(0, height);
}

const area = ({ width, height }: Box) => width * height;

/** Area of the intersection over area of the union, in [0, 1]. */
export function overlap(a: Box, b: Box): number {
	const shared = intersection(a, b);
	return shared / (area(a) + area(b) - shared);
}

/** Area of the intersection over area of the smaller box: 1 when one lies inside the other. */
export function sharedPart(a: Box, b: Box): number {
	return intersection(a, b) / Math.min(area(a), area(b));
}

/** Candidates are taken for one face when they overlap more than this. */
export const SAME_CANDIDATE_OVERLAP = 0.3;

/**
 * One candidate for each face: the best-scored one absorbs those that overlap it, positions averaged by score.
 * The averaging is BlazeFace's replacement for plain suppression; it makes points steadier.
 */
export function mergeCandidates(candidates: readonly Candidate[]): Candidate[] {
	let waiting = [...candidates].sort((a, b) => b.score - a.score);
	const merged: Candidate[] = [];
	while (waiting.length > 0) {
		const best = waiting[0]!;
		const same = waiting.filter(
			(other) => other === best || overlap(best.box, other.box) > SAME_CANDIDATE_OVERLAP
		);
		waiting = waiting.filter((other) => !same.includes(other));
		merged.push(average(same, best.score));
	}
	return merged;
}

function average(candidates: readonly Candidate[], score: number): Candidate {
	const total = candidates.reduce((sum, candidate) => sum + candidate.score, 0);
	const mean = (read: (candidate: Candidate) => number) =>
		candidates.reduce((sum, candidate) => sum + read(candidate) * candidate.score, 0) / total;
	return {
		box: {
			x: mean(({ box }) => box.x),
			y: mean(({ box }) => box.y),
			width: mean(({ box }) => box.width),
			height: mean(({ box }) => box.height)
		},
		landmarks: candidates[0]!.landmarks.map((_, i) => [
			mean(({ landmarks }) => landmarks[i]![0]),
			mean(({ landmarks }) => landmarks[i]![1])
		]),
		score
	};
}
