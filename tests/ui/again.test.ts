/** From one frame on: variations of it, and the same once more. */
import { describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { frames, laidOut, poll, press, shootAll, shown, tile, useStudio } from './open-studio';

const { open, close } = useStudio();
const bytesOf = (record: { bytes: ArrayBuffer } | null) => [...new Uint8Array(record!.bytes)];
const sheetNames = () =>
	[...document.querySelectorAll('article')].map((article) => article.getAttribute('aria-label'));

describe('variations', () => {
	it('makes three from a frame, on a new sheet that names it', async () => {
		const { engine, studio } = await open();
		await shootAll();
		const source = studio.run.sheets[0]!.frames[1]!.record!;
		await tile('02').click();
		await press('Shoot 3 subtle');
		await poll(() => frames('done').length).toBe(6);
		expect(document.querySelector('dialog')).toBeNull();
		expect(sheetNames()).toEqual([
			'Rooftop Dusk, subtle variations of frame 02, Ines',
			'Rooftop Dusk, Ines'
		]);
		const asked = engine.requests.slice(3);
		expect(asked.map(({ init }) => init?.strength)).toEqual([0.35, 0.35, 0.35]);
		expect(bytesOf({ bytes: asked[0]!.init!.bytes })).toEqual(bytesOf(source));
		expect(new Set(asked.map(({ seed }) => seed)).size).toBe(3);
		expect(asked[0]!.direction).toEqual(source.recipe.direction);
		expect(asked[0]!.identityStrength).toBe(source.recipe.identityStrength);
		const made = studio.run.sheets[0]!.frames[0]!.record!;
		expect(made.recipe.init).toEqual({ frameId: source.id, strength: 0.35 });
		// Fewer steps than from pure noise.
		expect(made.provenance.timings.steps).toHaveLength(3);

		await tile('01').first().click();
		await shown(/a subtle variation of frame 02\.$/);
		await shown('frame 02, moved 0.35');
		await press('Shoot 3 strong');
		await poll(() => frames('done').length).toBe(9);
		expect(engine.requests.at(-1)!.init!.strength).toBe(0.6);
		expect(sheetNames()[0]).toBe('Rooftop Dusk, strong variations of frame 01, Ines');
	});

	it('goes on after a reload, and says when its source was deleted for good', async () => {
		const first = await open({ hold: (frame) => (frame > 3 ? new Promise(() => {}) : undefined) });
		await shootAll();
		await tile('01').click();
		await press('Shoot 3 strong');
		await poll(() => first.engine.requests.length).toBe(4);
		await close();

		const { engine, studio } = await open();
		await poll(() => frames('done').length).toBe(6);
		expect(engine.requests.map(({ init }) => init?.strength)).toEqual([0.6, 0.6, 0.6]);
		const [variations, source] = studio.run.sheets;
		await studio.bin.binFrame(source!, source!.frames[0]!);
		await studio.bin.open();
		await studio.bin.erase(studio.bin.entries![0]!);
		studio.bin.close();
		const frame = variations!.frames[0]!;
		studio.again.rerun(variations!.shoot, frame);
		await poll(() => frames('failed').length).toBe(1);
		expect(frames('failed')[0]!.textContent).toContain('The frame it starts from is gone');
	});
});

describe('exact re-run', () => {
	it('makes the same bytes again, whatever is set by now, and proves it', async () => {
		const { engine, studio } = await open();
		await shootAll();
		const source = studio.run.sheets[0]!.frames[2]!.record!;
		studio.direction.choose('setting', 'S9');
		studio.direction.setStrength(0.2);
		await tile('03').click();
		await press('Run again exactly');
		await poll(() => frames('done').length).toBe(4);
		const again = studio.run.sheets[0]!;
		expect(again.frames).toHaveLength(1);
		expect(again.frames[0]!.record!.recipe).toEqual(source.recipe);
		expect(bytesOf(again.frames[0]!.record)).toEqual(bytesOf(source));
		expect(engine.requests.at(-1)).toEqual(engine.requests[2]);
		expect(sheetNames()[0]).toBe('Rooftop Dusk, frame 03 again, Ines');
		await tile('01').first().click();
		await shown('The same as the first time, byte for byte.');
		await userEvent.keyboard('{Escape}');
		expect(laidOut()).toEqual(['01', '01', '02', '03']);
	});

	it('makes a variation again from its source', async () => {
		const { studio } = await open();
		await shootAll();
		await tile('01').click();
		await press('Shoot 3 subtle');
		await poll(() => frames('done').length).toBe(6);
		const variation = studio.run.sheets[0]!.frames[1]!.record!;
		await tile('02').first().click();
		await press('Run again exactly');
		await poll(() => frames('done').length).toBe(7);
		const again = studio.run.sheets[0]!.frames[0]!.record!;
		expect(again.recipe).toEqual(variation.recipe);
		expect(again.provenance.identical).toBe(true);
		// What starts from a picture does not fit into a link.
		const handOn = page.getByRole('button', { name: /^Hand on / });
		await expect.element(handOn).toHaveAccessibleName('Hand on Rooftop Dusk');
	});

	it('is refused with a reason for a frame of another pack', async () => {
		const { studio } = await open();
		await shootAll();
		const [sheet] = studio.run.sheets;
		const frame = sheet!.frames[0]!;
		const recipe = { ...frame.record!.recipe, packHash: '0'.repeat(64) };
		const other = { sitter: frame.sitter, record: { ...frame.record!, recipe } };
		expect(studio.again.rerunBlock(other)).toBe('other-pack');
		const gone = { ...other, sitter: { id: 'gone', name: 'Gone' } };
		expect(studio.again.rerunBlock(gone)).toBe('sitter-gone');
		expect(studio.again.rerunBlock(frame)).toBeNull();
		expect(studio.again.varyBlock(frame)).toBeNull();
	});
});
