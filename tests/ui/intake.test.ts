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
		const opened = await open({
			remarks: (name) => (name === 'dim.jpg' ? [DARK] : []),
			photoError: (name) =>
				name === 'wall.jpg' ? { code: 'photo-no-face', params: { name } } : null
		});
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

	it('gets a better photograph in the place of another, and the other back', async () => {
		const { engine, studio } = await withSitter();
		const names = () => studio.sitters.selected?.photographs.map(({ remarks }) => remarks.length);
		await press('edit');
		await press('Replace photograph 2');
		await shown('A photograph in place of the other');
		studio.intake.add([file('wall.jpg'), file('bright.jpg')]);
		await consent();
		await poll(() => lines('kept').length).toBe(1);
		await shown('It stands in for the photograph before it');
		expect(names()).toEqual([0, 0]);
		await press('Undo');
		await poll(names).toEqual([0, 1]);
		expect(lines('kept')).toHaveLength(0);
		await press('Back');
		await pressShoot();
		await poll(() => frames('done').length).toBe(3);
		expect(engine.requests[0]!.embeddings).toHaveLength(2);
		await close();
		const again = await open();
		await poll(() =>
			again.studio.sitters.all
				.find(({ kind }) => kind === 'own')
				?.photographs.map(({ remarks }) => remarks.length)
		).toEqual([0, 1]);
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

	it('remembers that somebody agreed, and keeps nothing without it', async () => {
		const before = Date.now();
		const { studio } = await withSitter();
		const own = studio.sitters.selected!;
		expect(own.consentedAt).toBeGreaterThanOrEqual(before);
		const record = studio.sitters.recordOf(own.id)!;
		const photo = await studio.engine.readReference(
			new AbortController().signal,
			{ bytes: new ArrayBuffer(8), name: 'sly.jpg' },
			() => undefined
		);
		const { consentedAt, ...without } = record;
		expect(consentedAt).toBe(own.consentedAt);
		await expect(studio.sitters.add(without, photo, 'sly.jpg')).rejects.toMatchObject({
			code: 'request-invalid'
		});
		expect(studio.sitters.selected?.photographs).toHaveLength(2);
		await close();
		const again = await open();
		await poll(() => again.studio.sitters.all[0]?.consentedAt).toBe(own.consentedAt);
	});

	it('keeps notes to itself unless they are to be told', async () => {
		const { engine, studio } = await withSitter();
		await press('edit');
		await page.getByRole('textbox', { name: /Notes/ }).fill('round glasses');
		await page.getByRole('textbox', { name: 'Name' }).fill('Ada');
		await page.getByRole('textbox', { name: /Notes/ }).click();
		await poll(() => studio.sitters.selected).toMatchObject({
			name: 'Ada',
			notes: 'round glasses'
		});
		await press('Done');
		await pressShoot();
		await poll(() => frames('done').length).toBe(3);
		expect(JSON.stringify(engine.requests)).not.toContain('glasses');
		await press('What the model is told');
		await shown('The notes on Ada stay out of it.');
		await press('Close');
		await press('edit');
		await page.getByRole('checkbox', { name: /Tell the notes/ }).click();
		await poll(() => studio.sitters.selected?.notesTold).toBe(true);
		await press('Done');
		await press('What the model is told');
		await shown(/Then the notes on Ada.*round glasses/);
	});

	it('goes into the bin with everything, comes back, and goes for good', async () => {
		const { studio } = await withSitter();
		const { id } = studio.sitters.selected!;
		await press('edit');
		await press('Delete');
		await shown('You is in the bin');
		expect(studio.sitters.selected?.kind).toBe('sample');
		await press('Undo');
		await poll(() => studio.sitters.selected?.id).toBe(id);
		expect(studio.sitters.selected?.photographs).toHaveLength(2);
		await press('edit');
		await press('Delete');
		await shown('You is in the bin');
		await close();

		const again = await open();
		await poll(() => again.studio.sitters.binned.length).toBe(1);
		expect(again.studio.sitters.all.every(({ kind }) => kind === 'sample')).toBe(true);
		await press('Bin');
		await shown(/2 photographs and face measurements/);
		await press('Empty bin');
		await press('Delete 1 sitter for good');
		await shown('The bin is empty.');
		await close();
		const last = await open();
		await last.opened;
		expect(last.studio.sitters.binned).toEqual([]);
		expect(last.studio.sitters.all.every(({ kind }) => kind === 'sample')).toBe(true);
	});

	it('says which photograph is not like the others, until it is taken away', async () => {
		const { studio, opened } = await open({
			scale: { close: 0.9, near: 0.8, distant: 0.4, stranger: 0.6 },
			embedding: (name) => (name === 'friend.jpg' ? [0, 1, 0, 0] : [1, 0.1, 0, 0])
		});
		await opened;
		await ownFace();
		studio.intake.add([file('me.jpg'), file('me-too.jpg'), file('friend.jpg')]);
		await consent();
		await poll(() => lines('kept').length).toBe(3);
		expect(lines('kept')[1]!.textContent).toContain('A good reference');
		expect(lines('kept')[2]!.textContent).toContain('two people in one sitter become a mixture');
		await press('Use these 3 photographs');
		await press('edit');
		await poll(() => photographs()[2]?.textContent).toContain('Not like the others');
		await press('Take away photograph 3');
		await poll(() => photographs().length).toBe(2);
		expect(photographs()[0]!.textContent).toContain('A good reference');
	});
});
