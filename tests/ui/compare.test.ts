/** Holding a frame against another one, or against a reference. */
import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { poll, shootAll, tile, useStudio } from './open-studio';

const { open } = useStudio();
const choice = () => page.getByRole('combobox', { name: 'Compare with' });
const slider = () => page.getByRole('slider', { name: /^Compare/ });
/** Share of the width, in percent, that shows the other picture. */
const uncovered = () => {
	const other = document.querySelector('.compare .other')!;
	const [, right] = /inset\(0(?:px)? (.+?) 0/.exec(getComputedStyle(other).clipPath) ?? [];
	const whole = other.getBoundingClientRect().width;
	// Computed as calc(100% - 50%) or in pixels, as the browser likes.
	const hidden = right?.endsWith('px')
		? (100 * parseFloat(right)) / whole
		: parseFloat(right ?? 'NaN');
	return Math.round(100 - hidden);
};

describe('compare', () => {
	it('moves a line over a frame and a reference by keyboard', async () => {
		await open();
		await shootAll();
		await tile('01').click();
		await expect.element(choice()).toBeVisible();
		const labels = [...(choice().element() as HTMLSelectElement).options].map(({ text }) => text);
		expect(labels).toEqual([
			'nothing',
			'Frame 02',
			'Frame 03',
			'Reference 1',
			'Reference 2',
			'Reference 3'
		]);
		await choice().selectOptions('Reference 2');
		await expect
			.element(page.getByRole('img', { name: 'Reference 2 of Ines' }))
			.toBeInTheDocument();
		const input = slider().element() as HTMLInputElement;
		expect(input.value).toBe('50');
		expect(uncovered()).toBe(50);
		input.focus();
		await userEvent.keyboard('{ArrowRight}{ArrowRight}');
		expect(input.value).toBe('52');
		await poll(uncovered).toBe(52);
		expect(input.getAttribute('aria-valuetext')).toBe('Reference 2 52 %, Frame 01 48 %');
		// The slider kept its arrows: the frame is the same.
		await expect.element(page.getByRole('heading', { name: /frame 01$/ })).toBeVisible();
		await userEvent.keyboard('{End}');
		await poll(uncovered).toBe(100);
	});

	it('follows the pointer', async () => {
		await open();
		await shootAll();
		await tile('02').click();
		await choice().selectOptions('Frame 01');
		const input = slider().element() as HTMLInputElement;
		const { width, height } = input.getBoundingClientRect();
		await slider().click({ position: { x: width * 0.25, y: height / 2 } });
		expect(Number(input.value)).toBeGreaterThan(15);
		expect(Number(input.value)).toBeLessThan(35);
		await poll(uncovered).toBe(Number(input.value));
	});

	it('holds its choice from frame to frame, and lets go of it', async () => {
		await open();
		await shootAll();
		await tile('01').click();
		await choice().selectOptions('Frame 02');
		await expect.element(slider()).toBeInTheDocument();
		await page.getByRole('button', { name: 'Frame after' }).click();
		// A frame is not held against itself.
		await expect.element(slider()).not.toBeInTheDocument();
		await page.getByRole('button', { name: 'Frame after' }).click();
		await expect.element(slider()).toHaveAccessibleName('Compare Frame 02 with Frame 03');
		await choice().selectOptions('nothing');
		await expect.element(slider()).not.toBeInTheDocument();
	});
});
