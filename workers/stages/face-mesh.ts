/**
 * Geometry around Face Mesh (Kartynnik et al. 2019, "Real-time Facial Surface Geometry from Monocular Video
 * on Mobile GPUs"): which region it looks at, and which of its 468 vertices are the five points.
 */
import type { Box, FacePoints, Point } from '$lib/contract/faces';
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
	const box = boundingBox(level);
	const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
	return {
		centre: [x * cos - y * sin, x * sin + y * cos],
		size: Math.max(box.width, box.height) * MARGIN,
		angle
	};
}

/** Smallest upright box around the points. */
export function boundingBox(points: readonly Point[]): Box {
	const xs = points.map(([x]) => x);
	const ys = points.map(([, y]) => y);
	const [x, y] = [Math.min(...xs), Math.min(...ys)];
	return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
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
