/**
 * The pass over what is worn below a small face, on the micro pack. Its pictures show no faces, so a made-up detector finds one: what is tested is what happens
 * then, with the pack's own graphs.
 */
import { CLOTHES_VIEW } from '$workers/engine/detail-region';
import type { Pack } from '$workers/runtime/pack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
	DETAIL,
	expectNothingBeside,
	FACE,
	listen,
	shootScene,
	type DetailScene
} from './detail-scene';
import { openMicroPack } from './micro-pack';

let pack: Pack;
beforeAll(async () => {
	pack = await openMicroPack();
});
afterAll(() => pack.dispose());

const shoot = (scene: DetailScene = {}) => shootScene(pack, scene);

describe('what is worn', () => {
	it('is made again, and nothing but the region below the face', async () => {
		expectNothingBeside(
			pack.manifest.image,
			await shoot(),
			await shoot({ clothes: DETAIL }),
			CLOTHES_VIEW
		);
	});

	it('comes before the face, with noise of its own', async () => {
		const seen: string[] = [];
		const both = await shoot({ clothes: DETAIL, detail: DETAIL, report: listen(seen) });
		const passes = seen.slice(seen.indexOf('decode'));
		expect(passes).toEqual([
			'decode',
			'detect-face',
			'clothes-detail',
			'step 5/8',
			'step 6/8',
			'face-detail',
			'step 7/8',
			'step 8/8',
			'detect-face',
			'score-likeness',
			'encode-image'
		]);
		expect(both.data).not.toEqual((await shoot({ detail: DETAIL })).data);
		expect(both.data).not.toEqual((await shoot({ clothes: DETAIL })).data);
	});

	it('is left alone below a face that is large enough, and its steps count as done', async () => {
		const seen: string[] = [];
		const clothes = { below: FACE.height / 80, strength: 0.5 };
		const made = await shoot({ clothes, detail: DETAIL, report: listen(seen) });
		expect(seen.filter((line) => line.startsWith('step')).slice(-2)).toEqual([
			'step 7/8',
			'step 8/8'
		]);
		expect(made.data).toEqual((await shoot({ detail: DETAIL })).data);
	});
});
