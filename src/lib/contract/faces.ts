/** Face geometry shared by worker and page. All coordinates are pixels of the upright stored image, origin top left. */

export type Point = readonly [x: number, y: number];

export interface Box {
	x: number;
	y: number;
	width: number;
	height: number;
}

/** Five points of a face; right and left are the sitter's own. */
export interface FacePoints {
	rightEye: Point;
	leftEye: Point;
	noseTip: Point;
	mouthRight: Point;
	mouthLeft: Point;
}

export interface DetectedFace {
	box: Box;
	points: FacePoints;
	/** Detector confidence in [0, 1]. */
	score: number;
}
