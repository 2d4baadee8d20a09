/** Keys: each one in the table does what the list says, and none of them while somebody writes. */
import { AXES, type Axis } from '$lib/contract/direction';
import {
	isPageAction,
	keyCaps,
	SHORTCUT_SECTIONS,
	type PageAction,
	type ShortcutAction
} from '$lib/components/shortcuts';
import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { frames, poll, press, studioForEach, title, type OpenStudio } from './direct-support';

const open = studioForEach();
const rows = SHORTCUT_SECTIONS.flatMap(({ shortcuts }) => [...shortcuts]);
const typed = (action: ShortcutAction) => {
	const row = rows.find((each) => each.action === action)!;
	const shift = 'shift' in row && row.shift;
	return userEvent.keyboard(shift ? `{Shift>}${row.key.toUpperCase()}{/Shift}` : row.key);
};
const said = () => [...document.querySelectorAll('[role="status"].vh')].at(-1)?.textContent;
const dialog = () => document.querySelector('dialog h2')?.textContent;
const focused = () => (document.activeElement as HTMLInputElement).value;

/**
 * What can be seen after the key of each action. The type makes a key without a line here fail to compile. Keys that lead to
 * another page belong to the layout: tests/e2e/team.test.ts.
 */
const EFFECTS: Record<
	Exclude<ShortcutAction, PageAction>,
	(opened: OpenStudio) => Promise<void>
> = {
	shoot: () => poll(() => frames('done').length).toBe(3),
	'shoot-both': () => poll(() => frames('done').length).toBe(2),
	cancel: () => poll(said).toBe('Nothing is being shot.'),
	'new-seed': ({ studio }) => poll(said).toBe(`Seed ${studio.direction.seed}.`),
	flip: async () => {
		await poll(title).toBe('Directory');
		expect(said()).toBe('Directory, headshot.');
	},
	roll: async ({ studio }) => {
		await poll(said).toMatch(/^[A-Z].*,.*\.$/);
		expect(studio.direction.base?.id).not.toBe('rooftop-dusk');
	},
	undo: async ({ studio }) => {
		await poll(said).toBe('Nothing to undo.');
		await typed('roll');
		await typed('undo');
		expect(studio.direction.title).toBe('Rooftop Dusk');
		expect(said()).toMatch(/^Half-length/);
	},
	lock: async ({ studio }) => {
		await poll(said).toBe('setting locked.');
		expect(studio.direction.locked).toEqual(['setting']);
	},
	shoots: () => poll(focused).toBe('rooftop-dusk'),
	save: () => poll(dialog).toBe('Save as my shoot'),
	told: () => poll(dialog).toBe('What the model is told'),
	'open-framing': () => poll(focused).toBe('F5'),
	'open-setting': () => poll(focused).toBe('S4'),
	'open-styling': () => poll(focused).toBe('Y7'),
	'open-mood': () => poll(focused).toBe('M9'),
	'open-pose': () => poll(focused).toBe('P7'),
	'open-look': () => poll(focused).toBe('L4'),
	'next-sitter': async ({ studio }) => {
		await poll(said).toBe('Teo.');
		expect(studio.sitters.selected?.name).toBe('Teo');
	},
	'previous-sitter': () => poll(said).toBe('Teo.'),
	list: () => poll(dialog).toBe('Keys')
};

describe('keys', () => {
	for (const { action, says } of rows) {
		if (isPageAction(action)) continue;
		it(`do what the list says: ${says}`, async () => {
			const opened = await open();
			await typed(action);
			await EFFECTS[action](opened);
		});
	}

	it('are listed as they are in the table, by a button too, and ? closes the list', async () => {
		await open();
		await press('Keys');
		const listed = [...document.querySelectorAll('dialog dl div')].map((row) => [
			row.querySelector('dt')?.textContent,
			[...row.querySelectorAll('kbd')].map((cap) => cap.textContent)
		]);
		expect(listed).toEqual(rows.map((row) => [row.says, keyCaps(row)]));
		await userEvent.keyboard('?');
		await poll(dialog).toBeUndefined();
	});

	it('do nothing while a field is written in, or under a dialog', async () => {
		const { engine, studio } = await open();
		await page.getByRole('spinbutton', { name: 'Seed' }).click();
		await userEvent.keyboard('sbrh?');
		expect(title()).toBe('Rooftop Dusk');
		(document.activeElement as HTMLElement).blur();
		await press('What the model is told');
		await userEvent.keyboard('shr');
		expect(dialog()).toBe('What the model is told');
		await userEvent.keyboard('{Escape}');
		await press('save as mine');
		await userEvent.keyboard('short');
		expect((document.activeElement as HTMLInputElement).value).toBe('short');
		expect(title()).toBe('Rooftop Dusk');
		expect(studio.run.sheets).toEqual([]);
		expect(engine.requests).toEqual([]);
	});

	it('cancel a shoot at once', async () => {
		const { engine } = await open({ hold: () => new Promise(() => {}) });
		await typed('shoot');
		await poll(() => engine.requests.length).toBe(1);
		await typed('cancel');
		await poll(() => frames('stopped').length).toBe(3);
	});

	it('can be switched off, for speech input, and stay so', async () => {
		const first = await open();
		await typed('list');
		await page.getByRole('checkbox', { name: /Listen to single keys/ }).click();
		await press('Close');
		await typed('flip');
		expect(title()).toBe('Rooftop Dusk');
		await first.close();
		const { studio } = await open();
		await typed('flip');
		expect(title()).toBe('Rooftop Dusk');
		studio.keys.on = true;
		await typed('flip');
		await poll(title).toBe('Directory');
	});

	it('open and lock axes over the page where there is no room beside them', async () => {
		await page.viewport(390, 844);
		const { studio } = await open();
		for (const axis of AXES) {
			await typed(`open-${axis}` as `open-${Axis}`);
			await poll(() => dialog()?.toLowerCase()).toBe(axis);
			await typed('lock');
			expect(studio.direction.locked).toContain(axis);
			await press('Done');
		}
	});
});
