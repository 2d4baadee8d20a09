/**
 * The later passes over a small face, on the micro pack. Its pictures show no faces, so a made-up detector finds one: what is tested is what happens
 * then, with the pack's own graphs.
 */
import { isLuxError } from '$lib/contract/errors';
import { detailRegion, FACE_VIEW, HEAD_VIEW } from '$workers/engine/detail-region';
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
import { faceAt } from './micro-studio';

let pack: Pack;
beforeAll(async () => {
	pack = await openMicroPack();
});
afterAll(() => pack.dispose());

const shoot = (scene: DetailScene = {}) => shootScene(pack, scene);

describe('a face that came out small', () => {
	it('is made again, and nothing but the region around it', async () => {
		expectNothingBeside(
			pack.manifest.image,
			await shoot(),
			await shoot({ detail: DETAIL }),
			HEAD_VIEW
		);
	});

	it('gives the same bytes for the same request, others for another seed', async () => {
		const made = async (seed: number) => {
			const change = { seed, compositionSeed: 7 };
			return new Uint8Array((await shoot({ detail: DETAIL, change })).result.bytes);
		};
		expect(await made(7)).toEqual(await made(7));
		expect(await made(7)).not.toEqual(await made(8));
	});

	it('is looked for again, and the second look is what the frame keeps', async () => {
		const moved = { ...FACE, x: 21 };
		const { result, looked } = await shoot({ detail: DETAIL, faces: [FACE, moved] });
		expect(looked).toHaveLength(2);
		expect(looked[1]!.data).not.toEqual(looked[0]!.data);
		expect(result.face?.box).toEqual(moved);
		const lost = await shoot({ detail: DETAIL, faces: [FACE, null] });
		expect(lost.result).toMatchObject({ face: null, likeness: null });
	});

	it('is the surest find, not the largest', async () => {
		const fold = { ...faceAt({ x: 2, y: 40, width: 30, height: 36 }), score: 0.41 };
		const both = [fold, { ...faceAt(FACE), score: 0.9 }];
		const made = await shoot({ detail: DETAIL, faces: [both] });
		expect(made.data).toEqual((await shoot({ detail: DETAIL })).data);
		expect(made.result.face?.box).toEqual(FACE);
		expect(made.result.likeness).toBe((await shoot({ detail: DETAIL })).result.likeness);
	});

	it('counts as steps of the frame, which never run backwards', async () => {
		const seen: string[] = [];
		const { result } = await shoot({
			detail: DETAIL,
			change: { previewEvery: 4 },
			report: listen(seen)
		});
		expect(seen).toEqual([
			'encode-identity',
			'encode-direction',
			'denoise',
			'step 1/6',
			'step 2/6',
			'step 3/6',
			'step 4/6',
			'decode',
			'detect-face',
			'preview 4/6',
			'face-detail',
			'step 5/6',
			'step 6/6',
			'detect-face',
			'score-likeness',
			'encode-image'
		]);
		expect(result.timings.steps).toHaveLength(6);
		expect(result.timings.stages.map(({ stage }) => stage)).toContain('face-detail');
	});

	it('is made again where it was told to be, wherever one is found', async () => {
		const detail = { below: 1, strength: 0.5 };
		const made = async (seed: number) => {
			const scene = { faces: [null], change: { seed }, says: true };
			const [before, after] = [await shoot(scene), await shoot({ ...scene, detail })];
			// Nothing has to be found for it; what came of it is looked at once.
			expect(after.looked).toHaveLength(1);
			// A detector that sees one elsewhere changes nothing.
			expect((await shoot({ ...scene, detail, faces: [FACE] })).data).toEqual(after.data);
			return after.data.some((value, i) => value !== before.data[i]);
		};
		const outcomes: boolean[] = [];
		for (let seed = 1; seed <= 12; seed++) outcomes.push(await made(seed));
		// The micro pack's compositions are random numbers: some of these faces would fill the picture.
		expect(outcomes).toContain(true);
	});

	it('is made a third time, enlarged more, where the pack says so', async () => {
		const closer = { below: 0.6, strength: 0.5 };
		const seen: string[] = [];
		const [two, three] = [
			await shoot({ detail: DETAIL }),
			await shoot({
				detail: { ...DETAIL, closer },
				report: (progress) => {
					if (progress.kind === 'step') seen.push(`${progress.step}/${progress.steps}`);
				}
			})
		];
		expect(seen).toEqual(Array.from({ length: 8 }, (_, i) => `${i + 1}/8`));
		const picture = pack.manifest.image;
		const region = detailRegion(FACE, picture, FACE_VIEW)!;
		const changed = (x: number, y: number) =>
			[0, 1, 2].some((c) => {
				const at = (y * picture.width + x) * 4 + c;
				return two.data[at] !== three.data[at];
			});
		let inside = 0;
		for (let y = 0; y < picture.height; y++)
			for (let x = 0; x < picture.width; x++) {
				if (!changed(x, y)) continue;
				inside++;
				expect([x >= region.x, x < region.x + region.width]).toEqual([true, true]);
				expect([y >= region.y, y < region.y + region.height]).toEqual([true, true]);
			}
		expect(inside).toBeGreaterThan(0.5 * FACE.width * FACE.height);
	});

	it('is made again by the closer pass alone where it is too large for the other', async () => {
		const detail = {
			below: FACE.height / 80,
			strength: 0.5,
			closer: { below: 0.6, strength: 0.5 }
		};
		const steps: number[] = [];
		const { data, result } = await shoot({
			detail,
			report: (progress) => {
				if (progress.kind === 'step') steps.push(progress.step);
			}
		});
		// The steps that were left out count as done.
		expect(steps).toEqual([1, 2, 3, 4, 7, 8]);
		expect(result.timings.steps).toHaveLength(6);
		expect(data).not.toEqual((await shoot()).data);
	});

	it('stops at a step of the second pass', async () => {
		const controller = new AbortController();
		let steps = 0;
		const stopped = shoot({
			detail: DETAIL,
			signal: controller.signal,
			report: ({ kind }) => {
				if (kind === 'step' && ++steps === 5) controller.abort();
			}
		});
		await expect(stopped).rejects.toSatisfy((error) => isLuxError(error, 'cancelled'));
		expect(steps).toBe(5);
	});

	it('is made again with guidance too', async () => {
		const change = { guidanceScale: 2 };
		const [before, after] = [await shoot({ change }), await shoot({ detail: DETAIL, change })];
		expect(after.data).not.toEqual(before.data);
	});
});

describe('a picture is left as it is', () => {
	const unchanged = async (set: DetailScene) => {
		const [plain, made] = [await shoot(), await shoot(set)];
		expect(new Uint8Array(made.result.bytes)).toEqual(new Uint8Array(plain.result.bytes));
		expect(made.result.timings.steps).toHaveLength(4);
	};

	it('when no face is found', () => unchanged({ detail: DETAIL, faces: [null] }));
	it('when its face is large enough', () =>
		unchanged({ detail: { below: FACE.height / 80, strength: 0.5 } }));
	it('when the region would be all of it', () =>
		unchanged({
			detail: { below: 1, strength: 0.5 },
			faces: [{ x: 12, y: 10, width: 40, height: 60 }]
		}));
	it('when the second pass has no strength', () =>
		unchanged({ detail: { below: 0.3, strength: 0 } }));
});
