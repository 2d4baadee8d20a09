/** One glance at a live picture: how many faces, which way the head looks, what is weak. Nothing is kept. */
import type { FaceLook } from '$lib/contract/engine';
import { LuxError } from '$lib/contract/errors';
import { measurePhoto } from '../engine/photo-quality';
import { remarksOf } from '../engine/photo-remarks';
import type { FaceDetector } from './detect-face';

/** Long side that hints are measured at: enough for eyes and pose, quick on a phone. */
const MAX_SIDE = 480;

/** Takes the bitmap over and closes it. @throws LuxError what the graphs throw */
export async function lookAt(faces: FaceDetector, picture: ImageBitmap): Promise<FaceLook> {
	const scale = Math.min(1, MAX_SIDE / Math.max(picture.width, picture.height));
	const [width, height] = [picture.width, picture.height].map((side) =>
		Math.max(1, Math.round(side * scale))
	) as [number, number];
	const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
	context?.drawImage(picture, 0, 0, width, height);
	picture.close();
	if (!context) throw new LuxError('out-of-memory', { stage: 'read-photo' });
	const image = { data: context.getImageData(0, 0, width, height).data, width, height };
	const found = await faces.detect(image);
	const [largest] = found;
	if (!largest) return { faces: 0, pose: null, remarks: [] };
	return {
		faces: found.length,
		pose: largest.pose,
		remarks: remarksOf(measurePhoto(image, largest.vertices, largest.pose))
	};
}
