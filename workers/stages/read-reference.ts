/** One photograph -> an upright, bounded, encoded reference with its face and embedding. */
import type { ReferencePhoto } from '$lib/contract/engine';
import { LuxError } from '$lib/contract/errors';
import type { ProgressListener } from '$lib/contract/progress';
import type { Pack } from '../runtime/pack';
import { alignFace } from './align-face';
import type { FaceDetector } from './detect-face';
import { embedFace } from './encode-identity';
import { readPhoto } from './read-photo';
import { StageClock } from './stage-clock';

/** @throws LuxError one of the `photo-...` codes, `cancelled`, or what the graphs throw. */
export async function readReference(
	{ pack, faces }: { pack: Pack; faces: FaceDetector },
	photo: { bytes: ArrayBuffer; name: string },
	signal: AbortSignal,
	report: ProgressListener
): Promise<ReferencePhoto> {
	const clock = new StageClock(signal, report);
	const { identity } = pack.manifest;
	const read = await clock.run('read-photo', () => readPhoto(photo.bytes, photo.name));
	const face = await clock.run('detect-face', async () => {
		const found = await faces.detect(read.image);
		const [only] = found;
		if (!only) throw new LuxError('photo-no-face', { name: photo.name });
		if (found.length > 1)
			throw new LuxError('photo-several-faces', { name: photo.name, count: found.length });
		return only;
	});
	const crop = await clock.run('align-face', async () =>
		alignFace(read.image, face.points, identity)
	);
	const embedding = await clock.run('encode-identity', () =>
		embedFace(pack.graphs.faceEncoder, crop, identity.cropSize)
	);
	return {
		bytes: read.bytes,
		mimeType: read.mimeType,
		width: read.image.width,
		height: read.image.height,
		face,
		embedding,
		packHash: pack.hash
	};
}
