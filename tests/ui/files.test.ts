/** Files from the studio: a contact sheet, an archive of its frames, and one frame in another shape. */
import { describe, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { poll, press, shootAll, shown, tile, useStudio } from './open-studio';

const { open } = useStudio();

function savedNames(): string[] {
	const names: string[] = [];
	vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
		this: HTMLAnchorElement
	) {
		names.push(this.download);
	});
	return names;
}

const link = () => page.getByRole('link', { name: 'Download PNG' }).element() as HTMLAnchorElement;

async function pictureOf(anchor: HTMLAnchorElement): Promise<HTMLImageElement> {
	const image = new Image();
	image.src = anchor.href;
	await image.decode();
	return image;
}

describe('a contact sheet', () => {
	it('is saved as one picture and as an archive, and that is said aloud', async () => {
		const { studio } = await open();
		await shootAll();
		const names = savedNames();
		await press('Save Rooftop Dusk as a sheet');
		await poll(() => names).toEqual(['luxshot-rooftop-dusk-sheet.png']);
		await poll(() =>
			[...document.querySelectorAll('.vh[role="status"]')].map((line) => line.textContent)
		).toContain('luxshot-rooftop-dusk-sheet.png is saved.');
		await press('Save Rooftop Dusk as ZIP');
		await poll(() => names.at(-1)).toBe('luxshot-rooftop-dusk.zip');
		expect(studio.exports.problem).toBeNull();
	});

	it('offers no files before there is a frame', async () => {
		await open({ hold: () => new Promise(() => {}) });
		await press(/^Shoot 3/);
		await expect.element(page.getByRole('button', { name: 'Hand on Rooftop Dusk' })).toBeVisible();
		await expect
			.element(page.getByRole('button', { name: 'Save Rooftop Dusk as ZIP' }))
			.not.toBeInTheDocument();
	});
});

describe('one frame', () => {
	it('is delivered whole, or cropped around its face', async () => {
		const { engine } = await open();
		await shootAll();
		await tile('01').click();
		const { seed } = engine.requests[0]!;
		await poll(() => link().download).toBe(`luxshot-rooftop-dusk-ines-${seed}.png`);
		const whole = await pictureOf(link());
		expect([whole.naturalWidth, whole.naturalHeight]).toEqual([256, 320]);
		for (const [shape, ratio, name] of [
			['avatar', 1, 'Avatar 1:1'],
			['badge', 3 / 4, 'Badge 3:4'],
			['profile', 4 / 5, 'Profile 4:5']
		] as const) {
			await page.getByRole('combobox', { name: 'Shape' }).selectOptions(name);
			await poll(() => link().download).toBe(`luxshot-rooftop-dusk-${shape}-ines-${seed}.png`);
			const { naturalWidth, naturalHeight } = await pictureOf(link());
			expect(naturalWidth / naturalHeight).toBeCloseTo(ratio, 1);
			expect(naturalWidth).toBeLessThan(256);
			await shown('Placed by the face.');
		}
	});

	it('says when a shape does not suit it, and when there is no face to go by', async () => {
		await open({ faceless: (frame) => frame === 2 });
		await shootAll();
		await tile('02').click();
		await page.getByRole('combobox', { name: 'Shape' }).selectOptions('Avatar 1:1');
		await shown('No face was found to go by, so its place is a guess.');
	});
});
