/** Choosing among frames: marks, order, keyboard. */
import { describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { frames, laidOut, poll, press, shootAll, shown, tile, useStudio } from './open-studio';

const { open, close } = useStudio();
const focus = (number: string) => (tile(number).element() as HTMLElement).focus();
const marks = () =>
	[...document.querySelectorAll<HTMLElement>('li[data-status]')].map(
		({ dataset }) => dataset.mark ?? null
	);

describe('marks', () => {
	it('rings and crosses from a focused tile, says so, and finds it again after a reload', async () => {
		await open();
		await shootAll();
		focus('02');
		await userEvent.keyboard('f');
		await poll(marks).toEqual([null, 'favourite', null]);
		await shown('Frame 2 is a favourite.');
		focus('03');
		await userEvent.keyboard('X');
		await poll(marks).toEqual([null, 'favourite', 'rejected']);
		expect(tile('03').element().getAttribute('aria-label')).toContain('rejected');
		// A ring and a cross, not only a colour, and a word.
		expect(document.querySelectorAll('li[data-mark] svg path').length).toBeGreaterThan(0);
		await expect.element(page.getByText('rejected', { exact: true })).toBeVisible();
		await close();

		await open();
		await poll(marks).toEqual([null, 'favourite', 'rejected']);
		focus('02');
		await userEvent.keyboard('f');
		await poll(marks).toEqual([null, null, 'rejected']);
	});

	it('marks in the large view by button and key; a second mark replaces the first', async () => {
		const { studio } = await open();
		await shootAll();
		await tile('01').click();
		await press(/^Favourite/);
		await poll(() => studio.run.sheets[0]!.frames[0]!.mark).toBe('favourite');
		await userEvent.keyboard('x');
		await poll(() => studio.run.sheets[0]!.frames[0]!.mark).toBe('rejected');
		await expect
			.element(page.getByRole('button', { name: /^Reject/ }))
			.toHaveAttribute('aria-pressed', 'true');
		await userEvent.keyboard('x');
		await poll(() => studio.run.sheets[0]!.frames[0]!.mark).toBeNull();
	});

	it('says when a decision cannot be kept, and shows it all the same', async () => {
		await open();
		await shootAll();
		vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
			throw new DOMException('full', 'QuotaExceededError');
		});
		focus('01');
		await userEvent.keyboard('f');
		await poll(marks).toEqual(['favourite', null, null]);
		await shown('This device has no room left');
	});
});

describe('keyboard', () => {
	it('steps between tiles with arrows and opens a frame by its number', async () => {
		await open();
		await shootAll();
		focus('01');
		await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}{ArrowLeft}');
		expect(document.activeElement).toBe(tile('02').element());
		await userEvent.keyboard('3');
		await expect.element(page.getByRole('heading', { name: /frame 03$/ })).toBeVisible();
		await userEvent.keyboard('{ArrowLeft}');
		await expect.element(page.getByRole('heading', { name: /frame 02$/ })).toBeVisible();
		await userEvent.keyboard('1');
		await expect.element(page.getByRole('heading', { name: /frame 01$/ })).toBeVisible();
		// No frame of that number, and none before the first: nothing happens.
		await userEvent.keyboard('9{ArrowLeft}');
		await expect.element(page.getByRole('heading', { name: /frame 01$/ })).toBeVisible();
		await userEvent.keyboard('{Escape}');
		await poll(() => document.querySelector('dialog')).toBeNull();
	});
});

describe('order', () => {
	it('lays frames out by likeness or favourites first, and steps in that order', async () => {
		const { studio } = await open();
		studio.direction.setSeed(1);
		await shootAll();
		expect(laidOut()).toEqual(['01', '02', '03']);
		const likeness = studio.run.sheets[0]!.frames.map((frame) => frame.likeness!);
		const best = likeness.indexOf(Math.max(...likeness));
		focus('03');
		await userEvent.keyboard('f');
		const choose = (name: string) =>
			(page.getByRole('radio', { name }).element() as HTMLElement).click();
		choose('Favourites first');
		await poll(laidOut).toEqual(['03', '01', '02']);
		choose('By likeness');
		const byLikeness = likeness
			.map((value, index) => ({ value, number: `0${index + 1}` }))
			.toSorted((a, b) => b.value - a.value)
			.map(({ number }) => number);
		await poll(laidOut).toEqual(byLikeness);
		expect(byLikeness[0]).toBe(`0${best + 1}`);
		await tile(byLikeness[0]!).click();
		await userEvent.keyboard('{ArrowRight}');
		await expect
			.element(page.getByRole('heading', { name: new RegExp(`frame ${byLikeness[1]}$`) }))
			.toBeVisible();
		await userEvent.keyboard('{Escape}');
		choose('As shot');
		await poll(laidOut).toEqual(['01', '02', '03']);
		expect(frames('done')).toHaveLength(3);
	});
});

describe('likeness in words', () => {
	it('stands on the frame, warns when skin strays, and is kept', async () => {
		await open({ skinDrift: { degrees: 40, limit: 25 } });
		await shootAll();
		const label = () => tile('01').element().getAttribute('aria-label');
		expect(label()).toContain('near the references');
		expect(label()).toContain('lighter than in the references');
		await close();
		await open();
		await poll(() => frames('done').length).toBe(3);
		await tile('01').click();
		await shown(/near the references, cosine/);
		await shown(/The skin came out lighter than in the references/);
	});

	it('keeps silent about skin within the usual spread', async () => {
		await open({ skinDrift: { degrees: -20, limit: 25 } });
		await shootAll();
		expect(tile('01').element().getAttribute('aria-label')).not.toContain('skin');
	});
});
