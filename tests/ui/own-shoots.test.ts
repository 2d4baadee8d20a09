/** A person's own shoots, from the call sheet to the list and back. */
import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { pick, poll, press, studioForEach, title } from './direct-support';

const open = studioForEach();

async function save(name: string) {
	await press('save as mine');
	await page.getByRole('textbox', { name: 'Name' }).fill(name);
	await userEvent.keyboard('{Enter}');
}
const saved = async (name: string) => {
	await save(name);
	await poll(() => document.querySelector('dialog')).toBeNull();
};

describe('own shoots', () => {
	it('are saved with a name, listed beside the twelve, chosen, and there after a reload', async () => {
		const first = await open();
		pick(/^Library/);
		expect(title()).toBe('Rooftop Dusk');
		await saved('Reading Room');
		await poll(title).toBe('Reading Room');
		await expect.element(page.getByText('One of yours.')).toBeVisible();
		await first.close();

		const { studio } = await open();
		await press('Change');
		await poll(() => studio.ownShoots.all.length).toBe(1);
		pick(/^Directory/);
		await poll(title).toBe('Directory');
		pick(/^Reading Room/);
		await poll(title).toBe('Reading Room');
		expect(studio.direction.direction.setting).toBe('S9');
	});

	it('say clearly why a name cannot be, and stay open for another', async () => {
		const { studio } = await open();
		await save('masthead');
		await expect
			.element(page.getByRole('alert').filter({ hasText: 'There is a shoot called Masthead' }))
			.toBeVisible();
		await expect
			.element(page.getByRole('textbox', { name: 'Name' }))
			.toHaveAttribute('aria-invalid', 'true');
		await page.getByRole('textbox', { name: 'Name' }).fill('Evening');
		await press('Save');
		await poll(() => studio.ownShoots.all.map(({ name }) => name)).toEqual(['Evening']);
	});

	it('are renamed where they stand; Escape leaves the name alone', async () => {
		const { studio } = await open();
		pick(/^Library/);
		await saved('Reading Room');
		await press('Change');
		await press('Rename Reading Room');
		await page.getByRole('textbox', { name: 'New name of Reading Room' }).fill('Study');
		await userEvent.keyboard('{Escape}');
		await poll(() => document.activeElement?.getAttribute('aria-label')).toBe(
			'Rename Reading Room'
		);
		await press('Rename Reading Room');
		await page.getByRole('textbox', { name: 'New name of Reading Room' }).fill('Study');
		await userEvent.keyboard('{Enter}');
		await poll(title).toBe('Study');
		expect(studio.ownShoots.all[0]?.name).toBe('Study');
	});

	it('come back after a delete, by keyboard, on a phone', async () => {
		await page.viewport(390, 844);
		const { studio } = await open();
		pick('Teo');
		studio.direction.choose('setting', 'S9');
		await saved('Reading Room');
		await press('Change');
		await press('Delete Reading Room');
		await poll(() => document.activeElement?.textContent).toBe('Undo');
		expect(studio.ownShoots.all).toEqual([]);
		await userEvent.keyboard('{Enter}');
		await poll(() => studio.ownShoots.all.length).toBe(1);
		await poll(() => document.activeElement?.getAttribute('aria-label')).toBe(
			'Rename Reading Room'
		);
	});
});
