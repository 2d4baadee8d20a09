/** Finds the faces of a picture and five points of each: BlazeFace proposes, Face Mesh places and confirms. */
import type { DetectedFace } from '$lib/contract/faces';
import type { PixelImage } from '../engine/image';
import type { Graph } from '../runtime/graph';
import { anchorCentres } from './face-anchors';
import {
	decodeCandidates,
	DETECTOR_SIDE,
	mergeCandidates,
	overlap,
	type Candidate
} from './face-decode';
import {
	boundingBox,
	facePoints,
	MESH_SIDE,
	meshVertices,
	regionFromCandidate,
	regionFromMesh
} from './face-mesh';
import { buildPyramid, fromRegion, sampleRegion, type Pyramid, type Region } from './face-region';
import { farViews, nearViews } from './face-views';

export interface FaceDetector {
	/**
	 * @returns All faces, largest first; empty when there is none. Coordinates are pixels of `image`.
	 * @throws LuxError what the graphs throw.
	 */
	detect(image: PixelImage): Promise<DetectedFace[]>;
}

/** Low on purpose: soft or stylised faces score low, and what is no face is dropped by the mesh network. */
const MINIMUM_SCORE = 0.4;
/** True faces reach 0.99 and more even when stylised; a cat reaches 0.7. */
const MINIMUM_PRESENCE = 0.9;
/** Two meshes that overlap more than this are one face. */
const SAME_FACE_OVERLAP = 0.3;
/** When the largest face takes less than this share of the long side, the picture is searched for small ones too. */
const SMALL_FACE = 0.12;

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

	/** Two looks of the mesh network, the second through a better region; undefined when it sees no face. */
	async function confirm(
		pyramid: Pyramid,
		candidate: Candidate
	): Promise<DetectedFace | undefined> {
		const first = await look(pyramid, regionFromCandidate(candidate));
		const second = await look(pyramid, regionFromMesh(first.vertices));
		const best = [second, first].find(({ presence }) => presence >= MINIMUM_PRESENCE);
		return (
			best && {
				box: boundingBox(best.vertices),
				points: facePoints(best.vertices),
				score: candidate.score
			}
		);
	}

	async function look(pyramid: Pyramid, region: Region) {
		const data = sampleRegion(pyramid, region, MESH_SIDE, [0, 1]);
		const { points, presence } = await graphs.landmarks.run({
			image: { data, shape: [1, 3, MESH_SIDE, MESH_SIDE] }
		});
		return { vertices: meshVertices(points!.data, region), presence: presence!.data[0]! };
	}

	async function search(pyramid: Pyramid, views: readonly Region[]): Promise<DetectedFace[]> {
		const candidates: Candidate[] = [];
		for (const view of views) candidates.push(...(await propose(pyramid, view)));
		const faces: DetectedFace[] = [];
		for (const candidate of mergeCandidates(candidates)) {
			const face = await confirm(pyramid, candidate);
			if (face) faces.push(face);
		}
		return faces;
	}

	return {
		async detect(image) {
			const pyramid = buildPyramid(image);
			const near = distinct(await search(pyramid, nearViews(image)));
			const share = near[0] ? side(near[0]) / Math.max(image.width, image.height) : 0;
			if (share >= SMALL_FACE) return near;
			return distinct([...near, ...(await search(pyramid, farViews(image)))]);
		}
	};
}

const side = ({ box }: DetectedFace) => Math.max(box.width, box.height);

/** Largest first; of faces found more than once, through different views, the first is kept. */
function distinct(faces: readonly DetectedFace[]): DetectedFace[] {
	return faces
		.filter((face, i) =>
			faces.slice(0, i).every((other) => overlap(other.box, face.box) <= SAME_FACE_OVERLAP)
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
