/** Remarks about weak photographs, on pictures that the forge made with one known fault each (`forge faults`). */
import { bitsApart, DUPLICATE_BITS } from '$lib/state/duplicates';
import type { PixelImage } from '$workers/engine/image';
import { fingerprintOf } from '$workers/engine/image-patch';
import { measurePhoto } from '$workers/engine/photo-quality';
import { remarksOf } from '$workers/engine/photo-remarks';
import { FACE_MANIFEST, openFaceModels, type FaceGraphs } from '$workers/runtime/face-models';
import { createFaceDetector, type FaceDetector } from '$workers/stages/detect-face';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRuntime } from './micro-pack';

const MODELS = new URL('/models/faces/', location.origin);
const CORPUS = new URL('/tests/fixtures/faults/', location.origin);

interface Label {
	file: string;
	sitter: number;
	/** A remark code; null for a good photograph. */
	fault: string | null;
}

async function fetchBlob(url: URL): Promise<Blob> {
	const response = await fetch(url);
	if (!response.ok) throw new Error(`${url.pathname}: ${response.status}`);
	return response.blob();
}

async function read(file: string): Promise<PixelImage> {
	const bitmap = await createImageBitmap(await fetchBlob(new URL(file, CORPUS)));
	const { width, height } = bitmap;
	const context = new OffscreenCanvas(width, height).getContext('2d')!;
	context.drawImage(bitmap, 0, 0);
	bitmap.close();
	return { data: context.getImageData(0, 0, width, height).data, width, height };
}

describe('photo quality', () => {
	let graphs: FaceGraphs;
	let detector: FaceDetector;
	let labels: Label[];
	/** Remark codes by file; null where no face was found. */
	const said = new Map<string, readonly string[] | null>();

	beforeAll(async () => {
		const files = [FACE_MANIFEST, 'detector.onnx', 'landmarks.onnx'].map(async (path) => ({
			path,
			bytes: await fetchBlob(new URL(path, MODELS))
		}));
		graphs = await openFaceModels(await startRuntime(), await Promise.all(files));
		detector = createFaceDetector(graphs);
		labels = JSON.parse(await (await fetchBlob(new URL('labels.json', CORPUS))).text()) as Label[];
		const prints = new Map<number, string[]>();
		for (const { file, sitter } of labels) {
			const image = await read(file);
			const [face] = await detector.detect(image);
			const print = fingerprintOf(image);
			const known = prints.get(sitter) ?? [];
			// Only the good photographs are in use when the duplicate arrives.
			const again = known.slice(0, 2).some((other) => bitsApart(other, print) <= DUPLICATE_BITS);
			prints.set(sitter, [...known, print]);
			said.set(
				file,
				face
					? [
							...remarksOf(measurePhoto(image, face.vertices, face.pose)).map(({ code }) => code),
							...(again ? ['duplicate'] : [])
						]
					: null
			);
		}
	}, 240_000);
	afterAll(() => graphs.dispose());

	it('finds the face in every good photograph', () => {
		const good = labels.filter(({ fault }) => fault === null);
		expect(good.length).toBeGreaterThanOrEqual(16);
		expect(good.filter(({ file }) => !said.get(file))).toEqual([]);
	});

	it('has precision and recall of at least 0.9 over all remarks', () => {
		let [right, wrong, missed] = [0, 0, 0];
		for (const { file, fault } of labels) {
			const codes = said.get(file);
			// A face that is not found at all is told to the person as that; it is no remark.
			if (!codes) continue;
			if (fault && codes.includes(fault)) right++;
			else if (fault) missed++;
			// A picture repeated shares all other findings with its original.
			wrong += codes.filter((code) => code !== fault && fault === null).length;
		}
		expect(right / (right + missed)).toBeGreaterThanOrEqual(0.9);
		expect(right / (right + wrong)).toBeGreaterThanOrEqual(0.9);
	});
});
