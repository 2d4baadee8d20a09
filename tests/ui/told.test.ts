/** What the model is told, for the direction as it stands. */
import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { pick, poll, press, studioForEach } from './direct-support';

const open = studioForEach();
const rows = () =>
	[...document.querySelectorAll('dialog tbody tr')].map((row) =>
		[...row.children].map((cell) => cell.textContent?.trim())
	);
const facts = () =>
	Object.fromEntries(
		[...document.querySelectorAll('dialog dl div')].map((row) =>
			[...row.children].map((cell) => cell.textContent)
		)
	);
const text = () => document.querySelector('dialog')?.textContent?.replace(/\s+/g, ' ');

describe('what the model is told', () => {
	it('shows the numbers of the pack, open axes as the choice they are, and the settings', async () => {
		const { studio } = await open();
		studio.direction.choose('look', null);
		studio.direction.setSeed(4121);
		pick('Teo');
		await poll(() => studio.engine.status).toBe('ready');
		await press('What the model is told');
		expect(rows()).toEqual([
			['framing', 'Half-length', 'F5', '4'],
			['setting', 'Rooftop at dusk', 'S4', '3'],
			['styling', 'Trench', 'Y7', '6'],
			['mood', 'Melancholy', 'M9', '8'],
			['pose', 'Off-camera gaze', 'P7', '6'],
			['look', "Photographer's choice", 'open', '9']
		]);
		expect(facts()).toEqual({
			'Likeness strength': '0.80',
			Seed: '4121 to 4123',
			Steps: '8',
			'Guidance scale': '1, so none',
			Scheduler: 'flow-match-euler'
		});
		expect(text()).toContain('6 numbers become 12 tokens of 192 values each, 2 for every axis');
		expect(text()).toContain('The face of Teo (4 measurements) becomes 8 more tokens');
	});

	it('shows the prompt a text pack would get, in its order, with the tokens counted', async () => {
		const { studio } = await open();
		await press('What the model is told');
		expect(document.querySelector('.prompt')?.textContent?.trim()).toBe(
			'half-length portrait, 50mm, looking away, beige trench coat, ' +
				'rooftop at dusk, city lights bokeh, blue hour, low-key lighting, CineStill 800T, halation'
		);
		expect(document.querySelector('.count b')?.textContent).toBe('44');
		await press('Close');
		for (const axis of ['framing', 'setting', 'styling', 'mood', 'pose', 'look'] as const)
			studio.direction.choose(axis, null);
		await press('What the model is told');
		await expect.element(page.getByText('Nothing: all six axes are left open.')).toBeVisible();
	});
});
