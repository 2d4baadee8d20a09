/** Every width a person may have: a phone, a tablet, a desk, and a desk at 200 % zoom, without sideways scrolling. */
import { tick } from 'svelte';
import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { frames, poll, studioForEach } from './direct-support';

const open = studioForEach();
const SIZES = [
	['a phone', 390, 844],
	['a small phone, or 400 % zoom', 320, 640],
	['a tablet', 768, 1024],
	['a desk at 200 % zoom', 720, 450],
	['a desk', 1440, 900]
] as const;

const overflow = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
/** Inside a dialog only its body may scroll, and only down. */
const dialogOverflow = () => {
	const body = document.querySelector('dialog .body')!;
	return body.scrollWidth - body.clientWidth;
};
/** Sooner than the mouse: what is measured is the layout. */
const click = (name: string) =>
	(page.getByRole('button', { name, exact: true }).element() as HTMLElement).click();

/** In view and wide enough to press. */
function reachable(element: Element): boolean {
	const { left, right, top, bottom, width, height } = element.getBoundingClientRect();
	const inside = left >= 0 && right <= innerWidth + 0.5 && top >= 0 && bottom <= innerHeight + 0.5;
	return inside && width >= 44 && height >= 44;
}

describe('the studio', () => {
	for (const [name, width, height] of SIZES)
		it(`fits ${name}: ${width} x ${height}`, async () => {
			await page.viewport(width, height);
			const { studio } = await open();
			expect(
				await studio.ownShoots.save('A rather long name for a shoot of mine', studio.direction)
			).toBeNull();
			studio.direction.setCount(4);
			studio.shoot();
			studio.shootBoth();
			await poll(() => frames('done').length).toBe(6);
			expect(overflow()).toBe(0);

			for (const button of ['Change', 'What the model is told', 'Keys']) {
				click(button);
				await tick();
				if (document.querySelector('dialog')) {
					expect(dialogOverflow(), button).toBe(0);
					click('Close');
					await poll(() => document.querySelector('dialog')).toBeNull();
				}
				expect(overflow(), button).toBe(0);
			}
			scrollTo(0, 0);
			const shoot = [...document.querySelectorAll('button')].filter(
				(button) => button.checkVisibility() && /^\s*Shoot\s+\d/.test(button.textContent ?? '')
			);
			expect(shoot).toHaveLength(1);
			if (width < 1100) expect(reachable(shoot[0]!)).toBe(true);
		});
});

describe('radio groups', () => {
	it('have a name, one tab stop, and arrows inside, for options and shoots', async () => {
		const { studio } = await open();
		for (const legend of ['setting', 'Shoots']) {
			if (legend === 'Shoots') {
				click('Change');
				await tick();
			}
			const group = page.getByRole('group', { name: legend }).element();
			const radios = [...group.querySelectorAll<HTMLInputElement>('input[type="radio"]')];
			expect(radios.length).toBeGreaterThan(9);
			expect(new Set(radios.map(({ name }) => name)).size).toBe(1);
			expect(radios.filter(({ checked }) => checked)).toHaveLength(1);
		}
		expect(studio.direction.title).toBe('Rooftop Dusk');
	});
});
