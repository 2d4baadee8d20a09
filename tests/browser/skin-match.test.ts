/** Skin matched to the references, as a stage of a whole portrait on the micro pack. */
import type { FrameRequest } from '$lib/contract/engine';
import type { Box } from '$lib/contract/faces';
import type { SkinTone } from '$lib/contract/skin';
import { findShoot } from '$lib/direction/shoots';
import { typologyAngle } from '$workers/engine/colour';
import { evenSkin } from '$workers/engine/skin-tone';
import type { Pack } from '$workers/runtime/pack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMicroPack } from './micro-pack';
import { faceAt, shootMicro } from './micro-studio';

/** Of 64 x 80 pixels. */
const FACE: Box = { x: 20, y: 18, width: 24, height: 32 };
const PLAIN: FrameRequest['direction'] = findShoot('Directory')!.direction;
const tone = (evenAngle: number | null): SkinTone => ({
	angle: evenAngle ?? 0,
	lightness: 60,
	evenAngle
});

let pack: Pack;
beforeAll(async () => {
	pack = await openMicroPack();
});
afterAll(() => pack.dispose());

const shoot = (
	skinMatch: number | undefined,
	change: Partial<FrameRequest>,
	face: Box | null = FACE
) =>
	shootMicro(pack, {
		defaults: skinMatch === undefined ? {} : { skinMatch },
		faces: [face],
		// Little enough that a face has one colour.
		contrast: 0.05,
		change: { direction: PLAIN, ...change }
	});
const stagesOf = ({ result }: Awaited<ReturnType<typeof shoot>>) =>
	result.timings.stages.map(({ stage }) => stage);

/** Angle of what the micro pack makes of a face: the first seed under which it can be read. */
async function readable(): Promise<{ seed: number; angle: number }> {
	for (let seed = 1; seed <= 40; seed++) {
		const { looked } = await shoot(undefined, { seed });
		const { vertices } = faceAt(FACE);
		const skin = evenSkin(looked[0]!, vertices);
		if (skin) return { seed, angle: typologyAngle(skin) };
	}
	throw new Error('no face that the micro pack makes can be read');
}

describe('skin in plain light', () => {
	it('is brought nearer to the references, before the portrait is judged', async () => {
		const { seed, angle } = await readable();
		const skin = [tone(angle + 8)];
		const [before, after] = [
			await shoot(undefined, { seed, skin }),
			await shoot(12, { seed, skin })
		];
		expect(stagesOf(before)).not.toContain('match-skin');
		expect(stagesOf(after).slice(-3)).toEqual(['match-skin', 'score-likeness', 'encode-image']);
		expect(after.data).not.toEqual(before.data);
		const [far, near] = [before, after].map(({ result }) => Math.abs(result.skinDrift!.degrees));
		expect(far).toBeCloseTo(8, 0);
		expect(near).toBeLessThan(far! / 2);
		const again = await shoot(12, { seed, skin });
		expect(new Uint8Array(again.result.bytes)).toEqual(new Uint8Array(after.result.bytes));
	});

	it('stays as it is where nothing says what it should be, and in any other light', async () => {
		const { seed, angle } = await readable();
		const plain = await shoot(undefined, { seed });
		for (const skin of [undefined, [], [tone(null)]])
			expect((await shoot(12, { seed, ...(skin && { skin }) })).data).toEqual(plain.data);
		expect((await shoot(12, { seed, skin: [tone(angle + 8)] }, null)).data).toEqual(plain.data);
		const direction = { ...PLAIN, mood: 'M4' as const };
		const other = await shoot(12, { seed, direction, skin: [tone(angle + 8)] });
		expect(stagesOf(other)).not.toContain('match-skin');
	});
});
