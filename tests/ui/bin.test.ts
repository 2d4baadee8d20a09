/** Deleting, taking it back, and deleting for good. */
import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import {
	frames,
	laidOut,
	pixelsOf,
	poll,
	press,
	shootAll,
	shown,
	tile,
	useStudio
} from './open-studio';

const { open, close } = useStudio();
const forever = () => new Promise<void>(() => {});
const dialog = () => document.querySelector('dialog');

describe('a frame', () => {
	it('goes into the bin from its tile and comes back by Undo', async () => {
		const { studio } = await open();
		await shootAll();
		const before = await pixelsOf(frames('done')[1]!.querySelector('img')!);
		(tile('02').element() as HTMLElement).focus();
		await userEvent.keyboard('{Delete}');
		await shown('Frame 02 of Rooftop Dusk is in the bin');
		expect(laidOut()).toEqual(['01', '03']);
		expect(document.activeElement).toBe(tile('03').element());
		await press('Undo');
		await poll(laidOut).toEqual(['01', '02', '03']);
		expect(await pixelsOf(frames('done')[1]!.querySelector('img')!)).toBe(before);
		await poll(() => document.activeElement).toBe(tile('02').element());
		await expect.element(page.getByText('Undo')).not.toBeInTheDocument();
		expect(studio.run.sheets[0]!.frames.map(({ status }) => status)).toEqual(Array(3).fill('done'));
	});

	it('is not made again after a reload, and comes back from the bin', async () => {
		await open();
		await shootAll();
		await tile('01').click();
		await press('Delete');
		// The large view goes on with the next frame and offers the way back.
		await expect.element(page.getByRole('heading', { name: /frame 02$/ })).toBeVisible();
		await shown('Frame 01 of Rooftop Dusk is in the bin');
		await close();

		const { engine, opened } = await open();
		await opened;
		await poll(laidOut).toEqual(['02', '03']);
		expect(engine.requests).toHaveLength(0);
		await press('Bin');
		await shown('Rooftop Dusk, frame 01');
		await press('Restore Rooftop Dusk, frame 01');
		await shown('The bin is empty.');
		await press('Close');
		await poll(laidOut).toEqual(['01', '02', '03']);
	});

	it('is deleted for good: gone from storage, not made again after a reload', async () => {
		const { studio } = await open();
		await shootAll();
		(tile('03').element() as HTMLElement).focus();
		await userEvent.keyboard('{Delete}');
		await poll(laidOut).toEqual(['01', '02']);
		await press('Bin');
		await press('Delete Rooftop Dusk, frame 03 for good');
		await shown('The bin is empty.');
		expect(studio.bin.last).toBeNull();
		await close();

		const { engine, opened } = await open();
		await opened;
		await poll(laidOut).toEqual(['01', '02']);
		expect(engine.requests).toHaveLength(0);
		expect(frames('stopped')).toHaveLength(0);
	});
});

describe('a whole shoot', () => {
	it('takes its waiting frames along, and they are made when it comes back', async () => {
		const { engine, studio } = await open({
			hold: (frame) => (frame === 2 ? forever() : undefined)
		});
		await shootAll(1);
		await poll(() => frames('exposing').length).toBe(1);
		await press('Delete Rooftop Dusk');
		await shown('Rooftop Dusk is in the bin');
		expect(laidOut()).toEqual([]);
		expect(studio.run.busy).toBe(false);
		await poll(() => studio.run.current).toBeNull();
		expect(document.activeElement?.textContent).toBe('Undo');
		await press('Undo');
		await poll(() => frames('done').length).toBe(3);
		expect(document.activeElement?.matches('article, article *')).toBe(true);
		const [first, second] = engine.requests.map(({ seed }) => seed);
		expect(engine.requests.map(({ seed }) => seed)).toEqual([first, second, second, second! + 1]);
	});

	it('stays in the bin over a reload, and is gone when the bin was emptied', async () => {
		await open();
		await shootAll();
		await press('Delete Rooftop Dusk');
		await shown('Rooftop Dusk is in the bin');
		await close();

		const { studio, opened } = await open();
		await opened;
		expect(laidOut()).toEqual([]);
		await press('Bin');
		await shown(/^Ines, 3 frames, in the bin since/);
		await press('Empty bin');
		await press('Keep them');
		await shown(/^Ines, 3 frames/);
		await press('Empty bin');
		await press('Delete 3 frames for good');
		await shown('The bin is empty.');
		expect(studio.bin.entries).toEqual([]);
		await userEvent.keyboard('{Escape}');
		await poll(dialog).toBeNull();
		expect(studio.bin.entries).toBeNull();
	});
});
