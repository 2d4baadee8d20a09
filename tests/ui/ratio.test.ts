/** Aspect ratios: what the pack makes is offered, and nothing else. */
import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { poll, press, shootAll, shown, useStudio } from './open-studio';

const { open } = useStudio();
const ratio = () => page.getByRole('combobox', { name: 'Ratio' });

describe('the ratio', () => {
	it('of a pack with one size is said, not asked, and nothing of it is sent', async () => {
		const { engine, opened } = await open();
		await opened;
		await shown(', 4:5');
		await expect.element(ratio()).not.toBeInTheDocument();
		await shootAll();
		expect(engine.requests[0]!.size).toBeUndefined();
		await page.viewport(390, 844);
		await press(/^Seed/);
		await expect
			.element(page.getByRole('dialog').getByText(/^Fake makes 4:5 only, 256 x 320 pixels/))
			.toBeVisible();
	});

	it('is chosen among the sizes of the pack, sent, and kept in the recipe', async () => {
		const { engine, studio, opened } = await open({ otherSizes: [{ width: 320, height: 320 }] });
		await opened;
		await ratio().first().selectOptions('1:1');
		await shootAll();
		expect(engine.requests[0]!.size).toEqual({ width: 320, height: 320 });
		const { record } = studio.run.sheets[0]!.frames[0]!;
		expect(record!.recipe.size).toEqual({ width: 320, height: 320 });
		await ratio().first().selectOptions('4:5');
		await press(/^Shoot 3/);
		await poll(() => engine.requests.length).toBe(6);
		expect(engine.requests[5]!.size).toBeUndefined();
	});
});
