/** The studio page over the fake engine: what a person does and sees. */
import { flushSync } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { frames, pixelsOf, poll, pressShoot, shown, useStudio } from './open-studio';

const { open, close } = useStudio();
const forever = () => new Promise<void>(() => {});
const pick = (name: string | RegExp) =>
	(page.getByRole('radio', { name }).element() as HTMLElement).click();

describe('shooting', () => {
	it('makes the first portraits with one press from a cold open', async () => {
		const { engine } = await open();
		await pressShoot();
		await poll(() => frames('done').length).toBe(3);
		expect(engine.requests.map(({ seed }) => seed)).toEqual([
			engine.requests[0]!.seed,
			engine.requests[0]!.seed + 1,
			engine.requests[0]!.seed + 2
		]);
		expect(engine.requests[0]!.direction).toEqual({
			framing: 'F5',
			setting: 'S4',
			styling: 'Y7',
			mood: 'M9',
			pose: 'P7',
			look: 'L4'
		});
		expect(engine.requests[0]!.embeddings).toHaveLength(3);
		expect(engine.requests[0]!.identityStrength).toBe(0.8);
		const [first, second] = frames('done').map((frame) => frame.querySelector('img')!);
		expect(await pixelsOf(first!)).not.toBe(await pixelsOf(second!));
	});

	it("sends what was chosen: option, photographer's choice, sitter, seed, count", async () => {
		const { engine, studio } = await open();
		pick(/Library/);
		pick('Teo');
		studio.direction.choose('look', null);
		await page.getByRole('button', { name: 'Fewer frames' }).click();
		await page.getByRole('spinbutton', { name: 'Seed' }).fill('42');
		await userEvent.keyboard('{Tab}');
		await pressShoot();
		await poll(() => frames('done').length).toBe(2);
		expect(engine.requests.map(({ seed }) => seed)).toEqual([42, 43]);
		expect(engine.requests[0]!.direction.setting).toBe('S9');
		expect(engine.requests[0]!.direction.look).toBeNull();
		expect(engine.requests[0]!.embeddings).toHaveLength(1);
		expect(studio.direction.seed).toBe(44);
	});

	it('shows step, preview and measured time while a frame is exposed', async () => {
		await open({
			hold: (frame, step) => (frame === 2 && step === 6 ? forever() : undefined)
		});
		await pressShoot();
		await shown('Frame 2 of 3, step 5 of 8');
		await shown(/^About \d+ s left, measured on this device$/);
		await poll(() => document.querySelectorAll('canvas').length).toBe(1);
		const bar = page
			.getByRole('progressbar', { name: 'Frame 02' })
			.element() as HTMLProgressElement;
		expect(bar.value / bar.max).toBe(5 / 8);
	});

	it('cancels at once, and the next run works', async () => {
		let held = true;
		const { engine } = await open({
			hold: (_frame, step) => (held && step === 4 ? forever() : undefined)
		});
		await pressShoot();
		await poll(() => engine.requests.length).toBe(1);
		(page.getByRole('button', { name: 'Cancel' }).element() as HTMLElement).click();
		flushSync();
		expect(frames('stopped')).toHaveLength(3);
		held = false;
		await pressShoot();
		await poll(() => frames('done').length).toBe(3);
		expect(frames('stopped')).toHaveLength(3);
		expect(engine.requests).toHaveLength(4);
	});

	it('never shows a frame as done that was cancelled, even when its result still arrives', async () => {
		let release = () => {};
		const { engine, studio } = await open({
			deaf: true,
			hold: (frame, step) =>
				frame === 1 && step === 8 ? new Promise((go) => (release = go)) : undefined
		});
		await pressShoot();
		await poll(() => studio.run.current?.frame.step).toBe(7);
		await page.getByRole('button', { name: 'Cancel' }).click();
		release();
		await pressShoot();
		await poll(() => frames('done').length).toBe(3);
		expect(frames('stopped')).toHaveLength(3);
		expect(engine.requests).toHaveLength(4);
	});

	it('stops one frame and finishes the others', async () => {
		let release = () => {};
		const { engine } = await open({
			hold: (frame, step) =>
				frame === 1 && step === 2 ? new Promise((go) => (release = go)) : undefined
		});
		await pressShoot();
		await poll(() => engine.requests.length).toBe(1);
		await page.getByRole('button', { name: 'Stop frame 02' }).click();
		release();
		await poll(() => frames('done').length).toBe(2);
		expect(frames('stopped')).toHaveLength(1);
		expect(engine.requests[1]!.seed).toBe(engine.requests[0]!.seed + 2);
	});

	it('says why a frame failed, inside the frame, and goes on', async () => {
		await open({
			frameError: (frame) =>
				frame === 2 ? { code: 'out-of-memory', params: { stage: 'denoise' } } : null
		});
		await pressShoot();
		await poll(() => frames('done').length).toBe(2);
		expect(frames('failed')[0]!.textContent).toContain('Not enough memory');
		await pressShoot();
		await poll(() => frames('done').length).toBe(5);
	});

	it('says why it does not start, and starts when asked again', async () => {
		const { engine, opened } = await open({
			bootError: (attempt) =>
				attempt === 1 ? { code: 'pack-file-corrupt', params: { file: 'denoiser.onnx' } } : null
		});
		await opened;
		await shown('denoiser.onnx is damaged');
		await pressShoot();
		await poll(() => frames('done').length).toBe(3);
		expect(engine.boots).toBe(2);
	});
});

describe('keeping', () => {
	it('finds finished frames again after a reload, and none that were stopped half way', async () => {
		await open({ hold: (frame) => (frame === 2 ? forever() : undefined) });
		await pressShoot();
		await poll(() => frames('done').length).toBe(1);
		await page.getByRole('button', { name: 'Cancel' }).click();
		const before = await pixelsOf(frames('done')[0]!.querySelector('img')!);
		await close();
		expect(frames('done')).toHaveLength(0);

		const { engine } = await open();
		await poll(() => frames('done').length).toBe(1);
		expect(frames('stopped')).toHaveLength(2);
		expect(await pixelsOf(frames('done')[0]!.querySelector('img')!)).toBe(before);
		expect(engine.requests).toHaveLength(0);
	});

	it('takes the queue up again after a reload, and makes no frame twice', async () => {
		const first = await open({ hold: (frame) => (frame === 2 ? forever() : undefined) });
		await pressShoot();
		await poll(() => frames('done').length).toBe(1);
		await poll(() => frames('exposing').length).toBe(1);
		const asked = first.engine.requests.map(({ seed }) => seed);
		await close();

		const { engine } = await open();
		await poll(() => frames('done').length).toBe(3);
		expect(frames('stopped')).toHaveLength(0);
		expect(engine.requests.map(({ seed }) => seed)).toEqual([asked[0]! + 1, asked[0]! + 2]);
	});

	it('reads a sample sitter once, then from storage', async () => {
		const first = await open();
		await first.opened;
		await poll(() => first.engine.photos.length).toBe(3);
		await pressShoot();
		await poll(() => frames('done').length).toBe(3);
		await close();
		const second = await open();
		await pressShoot();
		await poll(() => frames('done').length).toBe(6);
		expect(second.engine.photos).toHaveLength(0);
		expect(second.engine.requests[0]!.embeddings).toEqual(first.engine.requests[0]!.embeddings);
	});

	it('keeps a frame on screen when storage refuses it, and says so', async () => {
		await open();
		vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
			throw new DOMException('full', 'QuotaExceededError');
		});
		await pressShoot();
		await poll(() => frames('done').length).toBe(3);
		await poll(() => frames('done')[0]!.textContent).toContain('not kept');
		await page.getByRole('button', { name: /^Frame 01/ }).click();
		await shown('This device has no room left');
		await expect.element(page.getByRole('link', { name: 'Download PNG' })).toBeVisible();
	});

	it('names the download after shoot, sitter and seed', async () => {
		const { engine } = await open();
		await pressShoot();
		await poll(() => frames('done').length).toBe(3);
		await page.getByRole('button', { name: /^Frame 02/ }).click();
		const link = page.getByRole('link', { name: 'Download PNG' }).element() as HTMLAnchorElement;
		expect(link.download).toBe(`luxshot-rooftop-dusk-ines-${engine.requests[1]!.seed}.png`);
		expect(link.href).toMatch(/^blob:/);
	});
});

describe('keyboard', () => {
	it('moves inside a radio group with arrows, from a single tab stop', async () => {
		const { studio } = await open();
		const chosen = page.getByRole('radio', { name: /Rooftop at dusk/ }).element() as HTMLElement;
		chosen.focus();
		await userEvent.keyboard('{ArrowRight}');
		expect(studio.direction.direction.setting).toBe('S5');
		await userEvent.keyboard('{Tab}');
		const group = (chosen as HTMLInputElement).name;
		expect((document.activeElement as HTMLInputElement).name).not.toBe(group);
	});

	it('tells a screen reader about frames', async () => {
		await open();
		await pressShoot();
		await poll(() => document.querySelector('[role="status"].vh')?.textContent).toMatch(
			/^Frame 3 of 3 is done/
		);
	});
});
