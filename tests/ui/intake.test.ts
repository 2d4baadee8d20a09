/** Own photographs: what is said about each, whose face is meant, and what stays with the sitter. */
import type { PhotoRemark } from '$lib/contract/faces';
import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { frames, poll, press, pressShoot, shown, useStudio } from './open-studio';

const { open, close } = useStudio();

const DARK: PhotoRemark = { code: 'dark', value: 0.1, limit: 0.26 };
const BOXES = [
	{ x: 0.55, y: 0.2, width: 0.3, height: 0.4 },
	{ x: 0.1, y: 0.2, width: 0.3, height: 0.4 }
];
const lines = (status: string) => document.querySelectorAll(`li[data-status="${status}"]`);
const ownFace = () => page.getByRole('button', { name: 'Use your own face' }).first().click();
const consent = () => page.getByRole('checkbox', { name: /This is me/ }).click();

describe('own photographs', () => {
	const file = (name: string) => new File([name], name, { type: 'image/jpeg' });

	it('answers for each file, keeps the good ones, and shoots with them', async () => {
		const { engine, studio, opened } = await open({
			photoError: (name) =>
				name === 'wall.jpg' ? { code: 'photo-no-face', params: { name } } : null
		});
		await opened;
		await page.getByRole('button', { name: 'Use your own face' }).first().click();
		studio.intake.add([file('me.jpg'), file('wall.jpg'), file('me-left.jpg')]);
		await poll(() => document.querySelectorAll('li[data-status="waiting"]').length).toBe(3);
		expect(engine.photos).not.toContain('me.jpg');
		await page.getByRole('checkbox', { name: /This is me/ }).click();
		await poll(() => document.querySelectorAll('li[data-status="kept"]').length).toBe(2);
		const refused = document.querySelector('li[data-status="refused"]')!.textContent;
		expect(refused).toContain('wall.jpg');
		expect(refused).toContain('No face found');
		await page.getByRole('button', { name: 'Use these 2 photographs' }).click();
		expect(studio.sitters.selected?.kind).toBe('own');
		await pressShoot();
		await poll(() => frames('done').length).toBe(3);
		expect(engine.requests[0]!.embeddings).toHaveLength(2);

		await close();
		const again = await open();
		await expect
			.poll(() => again.studio.sitters.all.filter(({ kind }) => kind === 'own').length)
			.toBe(1);
		const own = again.studio.sitters.all.find(({ kind }) => kind === 'own')!;
		expect(own.pictures).toHaveLength(2);
		await again.studio.sitterBin.put(own);
		expect(again.studio.sitters.selected?.name).toBe('Ines');
	});

	it('says what makes a photograph weak and uses it all the same', async () => {
		const { studio, opened } = await open({
			remarks: (name) => (name === 'dim.jpg' ? [DARK] : [])
		});
		await opened;
		await ownFace();
		studio.intake.add([file('dim.jpg'), file('day.jpg')]);
		await consent();
		await poll(() => lines('kept').length).toBe(2);
		expect(lines('kept')[0]!.textContent).toContain('The face lies in shadow');
		expect(lines('kept')[1]!.textContent).toContain('A good reference');
	});

	it('notices the same picture again', async () => {
		const { studio, opened } = await open();
		await opened;
		await ownFace();
		studio.intake.add([file('me.jpg'), file('me.jpg')]);
		await consent();
		await poll(() => lines('kept').length).toBe(2);
		expect(lines('kept')[1]!.textContent).toContain('Same picture again');
	});

	it('asks whose face is meant and reads that one', async () => {
		let chosen: readonly number[] | undefined;
		const { studio, opened } = await open({
			photoError: (name, at) => {
				chosen = at;
				return at
					? null
					: { code: 'photo-several-faces', params: { name, count: 2, boxes: BOXES } };
			}
		});
		await opened;
		await ownFace();
		studio.intake.add([file('us.jpg')]);
		await consent();
		await shown('2 faces found');
		// The picture of this test is none, so its buttons have no place on the page.
		(page.getByRole('button', { name: 'Face 1 of 2' }).element() as HTMLElement).click();
		await poll(() => lines('kept').length).toBe(1);
		// From left to right: the first is the one at 0.1.
		expect(chosen![0]).toBeCloseTo(0.25);
		expect(chosen![1]).toBeCloseTo(0.4);
	});
});

describe('an own sitter', () => {
	const file = (name: string) => new File([name], name, { type: 'image/jpeg' });

	async function withSitter() {
		const opened = await open({ remarks: (name) => (name === 'dim.jpg' ? [DARK] : []) });
		await opened.opened;
		await ownFace();
		opened.studio.intake.add([file('me.jpg'), file('dim.jpg')]);
		await consent();
		await poll(() => lines('kept').length).toBe(2);
		await press('Use these 2 photographs');
		return opened;
	}
	const photographs = () => document.querySelectorAll('dialog ul li');

	it('gives up one photograph, and takes it back', async () => {
		const { engine } = await withSitter();
		await press('edit');
		expect(photographs()[1]!.textContent).toContain('Dark');
		await press('Take away photograph 2');
		await poll(() => photographs().length).toBe(1);
		// The last one stays.
		expect(page.getByRole('button', { name: /^Take away/ }).elements()).toEqual([]);
		await press('Undo');
		await poll(() => photographs().length).toBe(2);
		await press('Take away photograph 2');
		await poll(() => photographs().length).toBe(1);
		await press('Done');
		await pressShoot();
		await poll(() => frames('done').length).toBe(3);
		expect(engine.requests[0]!.embeddings).toHaveLength(1);
		await close();
		const again = await open();
		await poll(() =>
			again.studio.sitters.all
				.find(({ kind }) => kind === 'own')
				?.photographs.map(({ remarks }) => remarks)
		).toEqual([[]]);
	});

	it('gets more photographs later', async () => {
		const { studio } = await withSitter();
		await press('edit');
		await press('Add photographs');
		studio.intake.add([file('left.jpg')]);
		await consent();
		await poll(() => studio.sitters.selected?.photographs.length).toBe(3);
		expect(studio.sitters.all.filter(({ kind }) => kind === 'own')).toHaveLength(1);
	});
});
