/**
 * Geometry around Face Mesh (Kartynnik et al. 2019, "Real-time Facial Surface Geometry from Monocular Video
 * on Mobile GPUs"): which region it looks at, and which of its 468 vertices are the five points.
 */
import type { FacePoints, HeadPose, Point } from '$lib/contract/faces';
import { boundsOf } from '../engine/image-patch';
import type { Candidate } from './face-decode';
import { fromRegion, type Region } from './face-region';

/** Side of the mesh network's input, the unit of its outputs. */
export const MESH_SIDE = 192;
const VERTICES = 468;
/** The network was trained on faces with a quarter of their size as margin on every side. */
const MARGIN = 1.5;

/** Vertex numbers of the canonical face model; an eye is the mean of its corners and lid centres. */
const RIGHT_EYE = [33, 133, 159, 145] as const;
const LEFT_EYE = [263, 362, 386, 374] as const;
const NOSE_TIP = 1;
const MOUTH_RIGHT = 61;
const MOUTH_LEFT = 291;
const FOREHEAD = 10;
const CHIN = 152;

/** Direction from the sitter's right eye to the left one, 0 when the face is upright. */
const eyeLine = (right: Point, left: Point) => Math.atan2(left[1] - right[1], left[0] - right[0]);

/** The first look at a face: the detector's box, widened and turned so that the eyes are level. */
export function regionFromCandidate({ box, landmarks }: Candidate): Region {
	return {
		centre: [box.x + box.width / 2, box.y + box.height / 2],
		size: Math.max(box.width, box.height) * MARGIN,
		angle: eyeLine(landmarks[0]!, landmarks[1]!)
	};
}

/** Mesh output [468 * 3] (x, y, depth) -> vertices in picture pixels. */
export function meshVertices(output: ArrayLike<number>, region: Region): Point[] {
	return Array.from({ length: VERTICES }, (_, i) =>
		fromRegion(region, [output[i * 3]! / MESH_SIDE, output[i * 3 + 1]! / MESH_SIDE])
	);
}

/** The second look: a region fitted to the mesh found by the first, so that errors of the detector do not stay. */
export function regionFromMesh(vertices: readonly Point[]): Region {
	const { rightEye, leftEye } = facePoints(vertices);
	const angle = eyeLine(rightEye, leftEye);
	const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
	const level = vertices.map(([x, y]): Point => [x * cos + y * sin, y * cos - x * sin]);
	const box = boundsOf(level);
	const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
	return {
		centre: [x * cos - y * sin, x * sin + y * cos],
		size: Math.max(box.width, box.height) * MARGIN,
		angle
	};
}

/** Depths of the vertices in picture pixels, smaller towards the camera. */
export function meshDepths(output: ArrayLike<number>, region: Region): number[] {
	return Array.from({ length: VERTICES }, (_, i) => (output[i * 3 + 2]! / MESH_SIDE) * region.size);
}

/** Of a level head: the forehead's vertex lies behind the chin's. Mean of twenty good photographs (docs/photo-quality.md). */
const RESTING_PITCH = -11;

/** Head pose from eye corners and the line from forehead to chin, with depth. */
export function headPose(vertices: readonly Point[], depths: readonly number[]): HeadPose {
	const [right, left] = [RIGHT_EYE[0], LEFT_EYE[0]];
	const across = Math.hypot(
		vertices[left]![0] - vertices[right]![0],
		vertices[left]![1] - vertices[right]![1]
	);
	const down = Math.hypot(
		vertices[CHIN]![0] - vertices[FOREHEAD]![0],
		vertices[CHIN]![1] - vertices[FOREHEAD]![1]
	);
	const degrees = 180 / Math.PI;
	return {
		yaw: Math.atan2(depths[left]! - depths[right]!, across) * degrees,
		pitch: Math.atan2(depths[FOREHEAD]! - depths[CHIN]!, down) * degrees - RESTING_PITCH,
		roll: eyeLine(meanPoint(vertices, RIGHT_EYE), meanPoint(vertices, LEFT_EYE)) * degrees
	};
}

export function facePoints(vertices: readonly Point[]): FacePoints {
	return {
		rightEye: meanPoint(vertices, RIGHT_EYE),
		leftEye: meanPoint(vertices, LEFT_EYE),
		noseTip: vertices[NOSE_TIP]!,
		mouthRight: vertices[MOUTH_RIGHT]!,
		mouthLeft: vertices[MOUTH_LEFT]!
	};
}

function meanPoint(vertices: readonly Point[], indices: readonly number[]): Point {
	const sum = (axis: 0 | 1) => indices.reduce((total, i) => total + vertices[i]![axis], 0);
	return [sum(0) / indices.length, sum(1) / indices.length];
}
