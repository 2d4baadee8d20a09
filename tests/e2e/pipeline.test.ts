/**
 * The whole chain on the shipped Pocket pack: what goes in must act on what comes out. Each of these
 * fails if the adapter input, the direction input or the seed were ignored.
 */
import { expect, meanDifference, openRunner, sampleSitter, shoot, test } from './support/app';

const HEADSHOT = 'F1,S1,Y1,M1,P2,L1';
const EDITORIAL = 'F5,S4,Y7,M9,P7,L4';

test('seed, sitter, direction and strength each act, and nothing else does', async ({
	page,
	appUrl,
	foreignRequests
}) => {
	await openRunner(page, appUrl);
	const first = await sampleSitter(page, 0);
	const second = await sampleSitter(page, 1);

	const base = await shoot(page, { handles: first, direction: HEADSHOT, seed: 7 });
	const again = await shoot(page, { handles: first, direction: HEADSHOT, seed: 7 });
	expect(again.png.equals(base.png), 'same seed gives identical bytes').toBe(true);

	const otherSeed = await shoot(page, { handles: first, direction: HEADSHOT, seed: 8 });
	expect(await meanDifference(page, base.png, otherSeed.png)).toBeGreaterThan(0.5);

	const otherSitter = await shoot(page, { handles: second, direction: HEADSHOT, seed: 7 });
	expect(await meanDifference(page, base.png, otherSitter.png)).toBeGreaterThan(3);

	const editorial = await shoot(page, { handles: first, direction: EDITORIAL, seed: 7 });
	expect(await meanDifference(page, base.png, editorial.png)).toBeGreaterThan(10);

	// With the adapter off the sitter cannot matter: identical bytes for two different people.
	const off = { direction: HEADSHOT, seed: 7, identityStrength: 0 };
	const offFirst = await shoot(page, { handles: first, ...off });
	const offSecond = await shoot(page, { handles: second, ...off });
	expect(offSecond.png.equals(offFirst.png), 'strength 0 removes the sitter').toBe(true);
	expect(offFirst.png.equals(base.png)).toBe(false);

	expect(base.milliseconds, 'a portrait on two cores without a GPU').toBeLessThan(15_000);
	expect(foreignRequests).toEqual([]);
});

test('every axis changes the picture', async ({ page, appUrl }) => {
	await openRunner(page, appUrl);
	const handles = await sampleSitter(page, 0);
	const options = HEADSHOT.split(',');
	const base = await shoot(page, { handles, direction: HEADSHOT, seed: 3 });
	for (const [axis, replacement] of ['F7', 'S8', 'Y9', 'M5', 'P5', 'L3'].entries()) {
		const direction = options.map((option, i) => (i === axis ? replacement : option)).join(',');
		const changed = await shoot(page, { handles, direction, seed: 3 });
		expect(await meanDifference(page, base.png, changed.png), direction).toBeGreaterThan(2);
	}
});
