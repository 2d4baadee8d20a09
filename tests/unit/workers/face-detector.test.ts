/** How the detector decides, with networks whose answers the test writes. */
import type { Graph, GraphTensor } from '$workers/runtime/graph';
import { createFaceDetector } from '$workers/stages/detect-face';
import { ANCHOR_COUNT, anchorCentres } from '$workers/stages/face-anchors';
import { describe, expect, it } from 'vitest';

const image = (width: number, height: number) => ({
	data: new Uint8ClampedArray(width * height * 4),
	width,
	height
});

function graph(answer: (call: number) => Record<string, GraphTensor>) {
	const calls: GraphTensor[] = [];
	const fake: Graph = {
		run: async ({ image }) => answer(calls.push(image!) - 1),
		release: async () => undefined
	};
	return Object.assign(fake, { calls });
}

/** Detector whose n-th look sees a face of `size` input pixels at each of the n-th list's anchors. */
const detectorSeeing = (...looks: { anchors: readonly number[]; size?: number }[]) =>
	graph((call) => {
		const { anchors, size = 64 } = looks[call] ?? { anchors: [] };
		const scores = new Float32Array(ANCHOR_COUNT).fill(-20);
		const boxes = new Float32Array(ANCHOR_COUNT * 16);
		for (const anchor of anchors) {
			scores[anchor] = 3;
			boxes.set([0, 0, size, size, -size / 4, -size / 8, size / 4, -size / 8], anchor * 16);
		}
		return {
			scores: { data: scores, shape: [1, ANCHOR_COUNT, 1] },
			boxes: { data: boxes, shape: [1, ANCHOR_COUNT, 16] }
		};
	});

/** Mesh network that finds a face of two thirds of its region, with the given confidence. */
const meshSeeing = (presence: number) =>
	graph(() => {
		const points = new Float32Array(468 * 3);
		for (let i = 0; i < 468; i++) points.set([i % 2 ? 32 : 160, i % 3 ? 32 : 160, 0], i * 3);
		for (const i of [33, 133, 159, 145]) points.set([64, 80, 0], i * 3);
		for (const i of [263, 362, 386, 374]) points.set([128, 80, 0], i * 3);
		return {
			points: { data: points, shape: [1, 1404] },
			presence: { data: Float32Array.of(presence), shape: [1, 1] }
		};
	});

/** The fine-grid anchor nearest to a position in 0..1. */
function anchorAt(x: number, y: number) {
	return (Math.floor(y * 16) * 16 + Math.floor(x * 16)) * 2;
}

describe('createFaceDetector', () => {
	it('reports points in picture pixels', async () => {
		const anchor = anchorAt(0.5, 0.25);
		const landmarks = meshSeeing(1);
		const detector = createFaceDetector({
			detector: detectorSeeing({ anchors: [anchor] }),
			landmarks
		});
		const [face, ...others] = await detector.detect(image(512, 1024));
		expect(others).toEqual([]);
		// The square view has side 1024 and starts 256 pixels left of the picture.
		const centres = anchorCentres();
		const [x, y] = [centres[anchor * 2]! * 1024 - 256, centres[anchor * 2 + 1]! * 1024];
		expect(landmarks.calls).toHaveLength(2);
		expect(face!.score).toBeCloseTo(1 / (1 + Math.exp(-3)), 6);
		// Box of 256 pixels, region of 384; the mesh's box is two thirds of the region, at its centre.
		expect(face!.box.x).toBeCloseTo(x - 128, 2);
		expect(face!.box.width).toBeCloseTo(256, 2);
		expect(face!.points.rightEye[0]).toBeCloseTo(x - 64, 2);
		expect(face!.points.leftEye[0]).toBeCloseTo(x + 64, 2);
		expect(face!.points.rightEye[1]).toBeCloseTo(y - 32, 2);
	});

	it('believes the mesh network when it sees no face', async () => {
		const detector = createFaceDetector({
			detector: detectorSeeing({ anchors: [anchorAt(0.5, 0.5)] }),
			landmarks: meshSeeing(0.7)
		});
		expect(await detector.detect(image(200, 200))).toEqual([]);
	});

	it('finds several faces, and each only once', async () => {
		const left = anchorAt(0.25, 0.5);
		const detector = createFaceDetector({
			detector: detectorSeeing({
				anchors: [left, left + 1, left + 2, anchorAt(0.75, 0.5)]
			}),
			landmarks: meshSeeing(1)
		});
		expect(await detector.detect(image(400, 400))).toHaveLength(2);
	});

	it('measures a small face again in a closer view', async () => {
		const detector = detectorSeeing(
			{ anchors: [anchorAt(0.5, 0.5)], size: 16 },
			{ anchors: [anchorAt(0.5, 0.5)], size: 96 }
		);
		const faces = createFaceDetector({ detector, landmarks: meshSeeing(1) });
		const [face, ...others] = await faces.detect(image(256, 256));
		expect(others).toEqual([]);
		expect(detector.calls).toHaveLength(3);
		// 16 pixels, so the closer view has 64, of which the face turns out to take 96 / 256.
		expect(face!.box.width).toBeCloseTo(24, 3);
	});

	it('drops a small candidate that a closer view does not show', async () => {
		const faces = createFaceDetector({
			detector: detectorSeeing({ anchors: [anchorAt(0.5, 0.5)], size: 16 }),
			landmarks: meshSeeing(1)
		});
		expect(await faces.detect(image(256, 256))).toEqual([]);
	});

	it('searches for small faces only when it saw none', async () => {
		const looks = async (anchors: number[]) => {
			const detector = detectorSeeing({ anchors });
			await createFaceDetector({ detector, landmarks: meshSeeing(1) }).detect(image(300, 300));
			return detector.calls.length;
		};
		expect(await looks([anchorAt(0.5, 0.5)])).toBe(2);
		expect(await looks([])).toBeGreaterThan(2);
	});
});
