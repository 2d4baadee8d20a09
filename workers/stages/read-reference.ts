/** One photograph -> an upright, bounded, encoded reference with its face and embedding. */
import type { PhotoFile, ReferencePhoto } from '$lib/contract/engine';
import { LuxError } from '$lib/contract/errors';
import type { Point } from '$lib/contract/faces';
import type { ProgressListener } from '$lib/contract/progress';
import type { Pack } from '../runtime/pack';
import { alignFace } from './align-face';
import type { PixelImage } from '../engine/image';
import { fingerprintOf } from '../engine/image-patch';
import { measurePhoto } from '../engine/photo-quality';
import { remarksOf } from '../engine/photo-remarks';
import { measureSkin } from '../engine/skin-tone';
import type { FaceDetector, FoundFace } from './detect-face';
import { embedFace } from './encode-identity';
import { readPhoto } from './read-photo';
import { StageClock } from './stage-clock';

/** @throws LuxError one of the `photo-...` codes, `cancelled`, or what the graphs throw. */
export async function readReference(
	{ pack, faces }: { pack: Pack; faces: FaceDetector },
	photo: PhotoFile,
	signal: AbortSignal,
	report: ProgressListener
): Promise<ReferencePhoto> {
	const clock = new StageClock(signal, report);
	const { identity } = pack.manifest;
	const read = await clock.run('read-photo', () => readPhoto(photo.bytes, photo.name));
	const face = await clock.run('detect-face', async () => {
		return chooseFace(await faces.detect(read.image), read.image, photo);
	});
	const crop = await clock.run('align-face', async () =>
		alignFace(read.image, face.points, identity)
	);
	const embedding = await clock.run('encode-identity', () =>
		embedFace(pack.graphs.faceEncoder, crop, identity)
	);
	return {
		bytes: read.bytes,
		mimeType: read.mimeType,
		width: read.image.width,
		height: read.image.height,
		face: { box: face.box, points: face.points, score: face.score },
		remarks: remarksOf(measurePhoto(read.image, face.vertices, face.pose)),
		skin: measureSkin(read.image, face.vertices),
		fingerprint: fingerprintOf(read.image),
		embedding,
		packHash: pack.hash
	};
}

/**
 * The only face, or of several the one nearest to the point the person chose.
 * @throws LuxError `photo-no-face`; `photo-several-faces` while none is chosen
 */
function chooseFace(
	found: readonly FoundFace[],
	{ width, height }: PixelImage,
	{ name, at }: PhotoFile
): FoundFace {
	const [largest] = found;
	if (!largest) throw new LuxError('photo-no-face', { name });
	if (found.length === 1) return largest;
	if (!at) {
		const boxes = found.map(({ box }) => ({
			x: box.x / width,
			y: box.y / height,
			width: box.width / width,
			height: box.height / height
		}));
		throw new LuxError('photo-several-faces', { name, count: found.length, boxes });
	}
	const away = ({ box }: FoundFace, [x, y]: Point) =>
		Math.hypot(box.x + box.width / 2 - x * width, box.y + box.height / 2 - y * height);
	return found.reduce((best, face) => (away(face, at) < away(best, at) ? face : best));
}
