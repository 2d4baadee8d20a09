/** Real photographs, the real converted networks, the real runtime in a real browser. */
import type { DetectedFace, Point } from '$lib/contract/faces';
import type { PixelImage } from '$workers/engine/image';
import { FACE_MANIFEST, openFaceModels, type FaceGraphs } from '$workers/runtime/face-models';
import type { Ort } from '$workers/runtime/ort';
import { createFaceDetector, type FaceDetector } from '$workers/stages/detect-face';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRuntime } from './micro-pack';

const MODELS = new URL('/models/faces/', location.origin);
const PHOTOS = new URL('/tests/fixtures/photos/', location.origin);

async function fetchBlob(url: URL): Promise<Blob> {
	const response = await fetch(url);
	if (!response.ok) throw new Error(`${url.pathname}: ${response.status}`);
	return response.blob();
}

/** Decodes a photograph, optionally drawn at another size and place on a grey canvas. */
async function photo(
	name: string,
	place?: { width: number; height: number; x: number; y: number; scale: number }
): Promise<PixelImage> {
	const bitmap = await createImageBitmap(await fetchBlob(new URL(name, PHOTOS)));
	const { width, height } = place ?? bitmap;
	const context = new OffscreenCanvas(width, height).getContext('2d');
	if (!context) throw new Error('no 2d canvas');
	context.fillStyle = 'grey';
	context.fillRect(0, 0, width, height);
	const { x, y, scale } = place ?? { x: 0, y: 0, scale: 1 };
	context.drawImage(bitmap, x, y, bitmap.width * scale, bitmap.height * scale);
	bitmap.close();
	return { data: context.getImageData(0, 0, width, height).data, width, height };
}

type Marks = DetectedFace['points'];

const distance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1]);

/** Where a person sees the points in astronaut.jpg, marked by hand, in pixels. */
const ASTRONAUT: Marks = {
	rightEye: [203.5, 101.5],
	leftEye: [246.5, 104],
	noseTip: [223.5, 128],
	mouthRight: [204, 140],
	mouthLeft: [244.5, 142.5]
};

/** The same in grace_hopper.jpg. */
const ADMIRAL: Marks = {
	rightEye: [219, 190],
	leftEye: [310, 186],
	noseTip: [266, 240],
	mouthRight: [237, 275],
	mouthLeft: [297, 275]
};

/** Largest distance of a found point from the mark, as a share of the distance between the eyes. */
function worstError(
	{ points }: DetectedFace,
	place: (point: Point) => Point,
	marks: Marks = ASTRONAUT
): number {
	const names = Object.keys(marks) as (keyof Marks)[];
	const eyes = distance(place(marks.rightEye), place(marks.leftEye));
	return Math.max(...names.map((name) => distance(points[name], place(marks[name])))) / eyes;
}

describe('face detection', () => {
	let ort: Ort;
	let graphs: FaceGraphs;
	let detector: FaceDetector;
	beforeAll(async () => {
		const files = [FACE_MANIFEST, 'detector.onnx', 'landmarks.onnx'].map(async (path) => ({
			path,
			bytes: await fetchBlob(new URL(path, MODELS))
		}));
		ort = await startRuntime();
		graphs = await openFaceModels(ort, await Promise.all(files));
		detector = createFaceDetector(graphs);
	});
	afterAll(() => graphs.dispose());

	it('finds the astronaut and her five points', async () => {
		const faces = await detector.detect(await photo('astronaut.jpg'));
		expect(faces).toHaveLength(1);
		expect(faces[0]!.score).toBeGreaterThan(0.9);
		expect(worstError(faces[0]!, (point) => point)).toBeLessThan(0.12);
	});

	it('finds a face under a cap and behind glasses', async () => {
		const faces = await detector.detect(await photo('grace_hopper.jpg'));
		expect(faces).toHaveLength(1);
		expect(worstError(faces[0]!, (point) => point, ADMIRAL)).toBeLessThan(0.12);
	});

	it.each([
		['fills the frame', { width: 100, height: 130, x: -168, y: -62, scale: 1 }],
		['is larger than the frame', { width: 480, height: 560, x: -940, y: -380, scale: 5.4 }],
		['is small in a wide picture', { width: 1400, height: 800, x: 900, y: 400, scale: 0.5 }]
	])('finds a face that %s', async (_, place) => {
		const faces = await detector.detect(await photo('astronaut.jpg', place));
		expect(faces).toHaveLength(1);
		const { x, y, scale } = place;
		expect(
			worstError(faces[0]!, (point) => [point[0] * scale + x, point[1] * scale + y])
		).toBeLessThan(0.2);
	});

	it('finds both of two faces', async () => {
		const faces = await detector.detect(await photo('two-faces.jpg'));
		expect(faces).toHaveLength(2);
		const [left, right] = faces.sort((a, b) => a.box.x - b.box.x);
		// The right half is the mirror image of the left one, 240 pixels further.
		expect(480 - left!.points.rightEye[0]).toBeCloseTo(right!.points.leftEye[0], -0.7);
		expect(left!.points.rightEye[0]).toBeLessThan(left!.points.leftEye[0]);
		expect(right!.points.rightEye[0]).toBeLessThan(right!.points.leftEye[0]);
	});

	it('reads a photograph that is stored sideways', async () => {
		const faces = await detector.detect(await photo('sideways.jpg'));
		expect(faces).toHaveLength(1);
		expect(worstError(faces[0]!, (point) => [point[0] / 2, point[1] / 2])).toBeLessThan(0.15);
	});

	it('finds no face where there is none', async () => {
		expect(await detector.detect(await photo('no-face.jpg'))).toEqual([]);
	});

	it('finds no face in noise', async () => {
		const image = { data: new Uint8ClampedArray(320 * 320 * 4), width: 320, height: 320 };
		let state = 1;
		for (let i = 0; i < image.data.length; i++) {
			state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
			image.data[i] = state >>> 24;
		}
		expect(await detector.detect(image)).toEqual([]);
	});
});
