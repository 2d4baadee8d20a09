/** What the tests of the later passes share: a picture of the micro pack with a face in it, and what changed in another one. */
import type { Box } from '$lib/contract/faces';
import type { ImageSize, PackManifest } from '$lib/contract/manifest';
import type { Progress } from '$lib/contract/progress';
import { detailMask, detailRegion, type DetailView } from '$workers/engine/detail-region';
import type { PixelImage } from '$workers/engine/image';
import type { Pack } from '$workers/runtime/pack';
import { expect } from 'vitest';
import { shootMicro, type MicroScene } from './micro-studio';

/** Of 64 x 80 pixels. */
export const FACE: Box = { x: 20, y: 18, width: 12, height: 16 };
/** A pass over all that are as small as this one, from half of the steps. */
export const DETAIL = { below: 0.3, strength: 0.5 };

export interface DetailScene extends Partial<Omit<MicroScene, 'defaults'>> {
	detail?: PackManifest['defaults']['faceDetail'];
	clothes?: PackManifest['defaults']['clothesDetail'];
}

export function shootScene(pack: Pack, { detail, clothes, faces = [FACE], ...scene }: DetailScene) {
	return shootMicro(pack, {
		...scene,
		faces,
		defaults: {
			...(detail && { faceDetail: detail }),
			...(clothes && { clothesDetail: clothes })
		}
	});
}

type Pixels = Pick<PixelImage, 'data'>;

/** What the mask of a view lets through has changed, or most of it, and no byte beside it. */
export function expectNothingBeside(
	picture: ImageSize,
	before: Pixels,
	after: Pixels,
	view: DetailView
) {
	const region = detailRegion(FACE, picture, view)!;
	const mask = detailMask(FACE, region, picture, view);
	let changed = 0;
	for (let y = 0; y < picture.height; y++)
		for (let x = 0; x < picture.width; x++) {
			const at = (y * picture.width + x) * 4;
			const [column, row] = [x - region.x, y - region.y];
			const inside = column >= 0 && row >= 0 && column < region.width && row < region.height;
			const share = inside ? mask[row * region.width + column]! : 0;
			const pixel = after.data.slice(at, at + 4);
			if (share === 0) expect([...pixel]).toEqual([...before.data.slice(at, at + 4)]);
			else if (pixel.some((value, c) => value !== before.data[at + c])) changed++;
			expect(pixel[3]).toBe(255);
		}
	expect(changed).toBeGreaterThan(0.5 * mask.filter((share) => share > 0).length);
}

/** Stages and numbers of steps, as they are reported. */
export function listen(seen: string[]): (progress: Progress) => void {
	return (progress) => {
		if (progress.kind === 'step') seen.push(`step ${progress.step}/${progress.steps}`);
		else if (progress.kind === 'stage-started') seen.push(progress.stage);
		else if (progress.kind === 'preview') {
			seen.push(`preview ${progress.step}/${progress.steps}`);
			progress.image.close();
		}
	};
}
