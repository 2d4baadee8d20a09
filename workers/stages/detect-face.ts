/** Finds the faces of a picture and five points of each: BlazeFace proposes, Face Mesh places and confirms. */
import type { DetectedFace, HeadPose, Point } from '$lib/contract/faces';
import type { PixelImage } from '../engine/image';
import { boundsOf } from '../engine/image-patch';
import type { Graph } from '../runtime/graph';
import { anchorCentres } from './face-anchors';
import {
	decodeCandidates,
	DETECTOR_SIDE,
	mergeCandidates,
	overlap,
	SAME_CANDIDATE_OVERLAP,
	sharedPart,
	type Candidate
} from './face-decode';
import {
	facePoints,
	headPose,
	MESH_SIDE,
	meshDepths,
	meshVertices,
	regionFromCandidate,
	regionFromMesh
} from './face-mesh';
import { buildPyramid, fromRegion, sampleRegion, type Pyramid, type Region } from './face-region';
import { farViews, nearViews } from './face-views';

/** A face with everything the mesh network says about it; only the worker sees that much. */
export interface FoundFace extends DetectedFace {
	/** 468 points in pixels of the picture. */
	vertices: readonly Point[];
	pose: HeadPose;
}

export interface FaceDetector {
	/**
	 * @returns All faces, largest first; empty when there is none. Coordinates are pixels of `image`.
	 * @throws LuxError what the graphs throw.
	 */
	detect(image: PixelImage): Promise<FoundFace[]>;
}

/** Low on purpose: soft or stylised faces score low, and what is no face is dropped by the mesh network. */
const MINIMUM_SCORE = 0.4;
/** True faces reach 0.99 and more even when stylised; a cat reaches 0.7. */
const MINIMUM_PRESENCE = 0.9;
/** Two meshes are one face when they share more than this part of the smaller one. */
const SAME_FACE_SHARE = 0.5;
/** The detector is inexact about faces that take less than this share of its view: it looks again, closer. */
const CLEAR_SHARE = 0.15;
/** Side of such a closer view, in sides of the face. */
const CLOSE_UP = 4;

/** The graphs stay the caller's: it releases them. */
export function createFaceDetector(graphs: { detector: Graph; landmarks: Graph }): FaceDetector {
	const centres = anchorCentres();

	/** Candidates in picture pixels, as seen through one view. */
	async function propose(pyramid: Pyramid, view: Region): Promise<Candidate[]> {
		const data = sampleRegion(pyramid, view, DETECTOR_SIDE, [-1, 1]);
		const { scores, boxes } = await graphs.detector.run({
			image: { data, shape: [1, 3, DETECTOR_SIDE, DETECTOR_SIDE] }
		});
		const found = decodeCandidates(scores!.data, boxes!.data, centres, MINIMUM_SCORE);
		return mergeCandidates(found).map((candidate) => fromView(candidate, view));
	}

	/** The candidate itself when it was seen large enough, otherwise what a closer view shows in its place. */
	async function approach(pyramid: Pyramid, view: Region, candidate: Candidate) {
		const { x, y, width, height } = candidate.box;
		const size = Math.max(width, height);
		if (size >= view.size * CLEAR_SHARE) return [candidate];
		const centre = [x + width / 2, y + height / 2] as const;
		return propose(pyramid, { centre, size: size * CLOSE_UP, angle: 0 });
	}

	/** Two looks of the mesh network, the second through a better region; undefined when it sees no face. */
	async function confirm(pyramid: Pyramid, candidate: Candidate): Promise<FoundFace | undefined> {
		const first = await look(pyramid, regionFromCandidate(candidate));
		const second = await look(pyramid, regionFromMesh(first.vertices));
		const best = [second, first].find(({ presence }) => presence >= MINIMUM_PRESENCE);
		return (
			best && {
				box: boundsOf(best.vertices),
				points: facePoints(best.vertices),
				score: candidate.score,
				vertices: best.vertices,
				pose: headPose(best.vertices, best.depths)
			}
		);
	}

	async function look(pyramid: Pyramid, region: Region) {
		const data = sampleRegion(pyramid, region, MESH_SIDE, [0, 1]);
		const { points, presence } = await graphs.landmarks.run({
			image: { data, shape: [1, 3, MESH_SIDE, MESH_SIDE] }
		});
		return {
			vertices: meshVertices(points!.data, region),
			depths: meshDepths(points!.data, region),
			presence: presence!.data[0]!
		};
	}

	async function search(pyramid: Pyramid, views: readonly Region[]): Promise<FoundFace[]> {
		const candidates: Candidate[] = [];
		for (const view of views)
			for (const candidate of await propose(pyramid, view))
				if (!candidates.some((known) => explains(known, candidate)))
					candidates.push(...(await approach(pyramid, view, candidate)));
		const faces: FoundFace[] = [];
		for (const candidate of mergeCandidates(candidates)) {
			const face = await confirm(pyramid, candidate);
			if (face) faces.push(face);
		}
		return faces;
	}

	return {
		async detect(image) {
			const pyramid = buildPyramid(image);
			const faces = await search(pyramid, nearViews(image));
			return distinct(faces.length > 0 ? faces : await search(pyramid, farViews(image)));
		}
	};
}

/**
 * A portrait shows one person, so of several finds the surest is the face: a fold of a coat may be larger, but it is hardly ever surer.
 *
 * @returns null when there is none (seen from behind, for example)
 */
export function surestFace(faces: readonly FoundFace[]): FoundFace | null {
	return faces.reduce<FoundFace | null>(
		(best, face) => (best && best.score >= face.score ? best : face),
		null
	);
}

/** True when a candidate is the same face as a known one and no surer of it: there is no need to look again. */
const explains = (known: Candidate, candidate: Candidate) =>
	known.score >= candidate.score && overlap(known.box, candidate.box) > SAME_CANDIDATE_OVERLAP;

const side = ({ box }: DetectedFace) => Math.max(box.width, box.height);

/** Largest first. A face may be found more than once, through different views: the surest find is kept. */
function distinct(faces: readonly FoundFace[]): FoundFace[] {
	return [...faces]
		.sort((a, b) => b.score - a.score)
		.filter((face, i, all) =>
			all.slice(0, i).every((other) => sharedPart(other.box, face.box) <= SAME_FACE_SHARE)
		)
		.sort((a, b) => side(b) - side(a));
}

/** Candidate in 0..1 of an upright view -> picture pixels. */
function fromView(candidate: Candidate, view: Region): Candidate {
	const { box, landmarks, score } = candidate;
	const [x, y] = fromRegion(view, [box.x, box.y]);
	return {
		box: { x, y, width: box.width * view.size, height: box.height * view.size },
		landmarks: landmarks.map((point) => fromRegion(view, point)),
		score
	};
}
