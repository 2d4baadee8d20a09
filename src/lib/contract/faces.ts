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

/** Head pose in degrees, 0 when facing the camera upright. */
export interface HeadPose {
	/** Positive when the sitter's head turns towards their own left. */
	yaw: number;
	/** Positive when the chin is raised. */
	pitch: number;
	/** Positive when the head tilts clockwise in the picture. */
	roll: number;
}

/** What can make a reference weak, in the order in which it is worth mentioning. */
export const PHOTO_REMARKS = [
	'face-small',
	'blurred',
	'dark',
	'blown-out',
	'low-contrast',
	'turned',
	'tilted',
	'eyes-closed',
	'covered',
	'duplicate',
	'unlike-others'
] as const;

export type PhotoRemarkCode = (typeof PHOTO_REMARKS)[number];

/** A weakness with its measure and the threshold it crossed; units are those of `docs/photo-quality.md`. */
export interface PhotoRemark {
	code: PhotoRemarkCode;
	value: number;
	limit: number;
}

export interface DetectedFace {
	box: Box;
	points: FacePoints;
	/** Detector confidence in [0, 1]. */
	score: number;
}
