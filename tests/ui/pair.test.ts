/** Headshot and editorial: one sitter, one seed, side by side. */
import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { frames, pick, poll, press, studioForEach, title } from './direct-support';

const open = studioForEach();
const DIRECTORY = {
	framing: 'F1',
	setting: 'S1',
	styling: 'Y1',
	mood: 'M1',
	pose: 'P2',
	look: 'L1'
};
const ROOFTOP = { framing: 'F5', setting: 'S4', styling: 'Y7', mood: 'M9', pose: 'P7', look: 'L4' };
const forever = () => new Promise<void>(() => {});

describe('intent', () => {
	it('flips to the counterpart and back with one tap, and keeps sitter and seed', async () => {
		const { studio } = await open();
		const { seed } = studio.direction;
		pick(/^Headshot/);
		await poll(title).toBe('Directory');
		expect(studio.direction.direction).toEqual(DIRECTORY);
		pick(/^Editorial/);
		await poll(title).toBe('Rooftop Dusk');
		expect(studio.direction.seed).toBe(seed);
	});

	it('cannot be flipped while all six axes are locked', async () => {
		const { studio } = await open();
		for (const axis of Object.keys(ROOFTOP)) studio.direction.toggleLock(axis as never);
		await expect.element(page.getByRole('button', { name: /^Shoot both/ })).toBeDisabled();
		await expect.element(page.getByRole('radio', { name: /^Headshot/ })).toBeDisabled();
	});
});

describe('shoot both', () => {
	it('makes two frames of one seed, labelled and side by side', async () => {
		const { engine, studio } = await open();
		await press(/^Shoot both/);
		await poll(() => frames('done').length).toBe(2);
		const [headshot, editorial] = engine.requests;
		expect(headshot!.direction).toEqual(DIRECTORY);
		expect(editorial!.direction).toEqual(ROOFTOP);
		expect(editorial!.seed).toBe(headshot!.seed);
		expect(studio.direction.seed).toBe(headshot!.seed + 1);
		expect(studio.run.sheets[0]!.frames.map(({ record }) => record!.recipe.direction)).toEqual([
			DIRECTORY,
			ROOFTOP
		]);

		const [left, right] = frames('done').map((frame) => frame.getBoundingClientRect());
		expect(left!.top).toBe(right!.top);
		expect(left!.right).toBeLessThan(right!.left);
		expect(frames('done').map((frame) => frame.textContent)).toEqual([
			expect.stringContaining('Headshot'),
			expect.stringContaining('Editorial')
		]);
		await expect
			.element(page.getByRole('article', { name: /^Directory and Rooftop Dusk/ }))
			.toBeVisible();

		await press(/^Frame 01, Headshot/);
		await expect.element(page.getByText('Head and shoulders, grey seamless')).toBeVisible();
		const link = page.getByRole('link', { name: 'Download PNG' }).element() as HTMLAnchorElement;
		expect(link.download).toMatch(/^luxshot-directory-and-rooftop-dusk-headshot-ines-\d+\.png$/);
	});

	it('is taken up again after a reload as what it was', async () => {
		const first = await open({ hold: (frame) => (frame === 2 ? forever() : undefined) });
		await press(/^Shoot both/);
		await poll(() => frames('exposing').length + frames('done').length).toBe(2);
		await first.close();

		const { engine, studio } = await open();
		await poll(() => frames('done').length).toBe(2);
		expect(engine.requests.map(({ direction }) => direction)).toEqual([ROOFTOP]);
		expect(engine.requests[0]!.seed).toBe(first.engine.requests[0]!.seed);
		expect(studio.run.sheets[0]!.frames.map(({ intent }) => intent)).toEqual([
			'headshot',
			'editorial'
		]);
	});

	it('travels as a link that sets up both sides', async () => {
		const first = await open();
		first.studio.direction.choose('setting', 'S9');
		await press(/^Shoot both/);
		await poll(() => frames('done').length).toBe(2);
		await press(/^Hand on Directory and/);
		const link = page.getByRole('textbox', { name: 'Link' }).element() as HTMLTextAreaElement;
		const fragment = link.value.slice(link.value.indexOf('#'));
		await first.close();

		const { engine } = await open({}, fragment);
		await expect.element(page.getByText(/Press Shoot both to see it/)).toBeVisible();
		await poll(title).toBe('Directory');
		await poll(() => frames('done').length).toBe(2);
		await press(/^Shoot both/);
		await poll(() => engine.requests.length).toBe(2);
		expect(engine.requests).toMatchObject(
			first.engine.requests.map(({ direction, seed }) => ({ direction, seed }))
		);
	});
});
