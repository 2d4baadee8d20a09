/** The studio with a pack of this device: what it does when that is gone or damaged. */
import type { WireError } from '$lib/contract/errors';
import { beforeEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { frames, poll, press, pressShoot, shown, useStudio } from './open-studio';

const { open } = useStudio();
const FOLDER = 'b'.repeat(64);
const gone: WireError = { code: 'pack-not-kept', params: {} };
const damaged: WireError = { code: 'pack-file-corrupt', params: { file: 'denoiser.weights' } };
const failing = (error: WireError) => ({
	bootError: (_attempt: number, pack: string) => (pack.startsWith('opfs:') ? error : null)
});

beforeEach(() => localStorage.setItem('luxshot-pack', FOLDER));

describe('a chosen pack', () => {
	it('is what the studio starts with', async () => {
		const { engine } = await open();
		await poll(() => engine.packs).toEqual([`opfs:${FOLDER}`]);
		await pressShoot();
		await poll(() => frames('done').length).toBe(3);
	});

	it('that is gone is said so; Pocket takes over on one press, never by itself', async () => {
		const { engine, studio } = await open(failing(gone));
		await shown('This pack is not on this device');
		expect(engine.packs).toEqual([`opfs:${FOLDER}`]);
		await press('Go on with Pocket');
		await poll(() => studio.engine.status).toBe('ready');
		expect(engine.packs).toEqual([`opfs:${FOLDER}`, 'packs/fake']);
		expect(localStorage.getItem('luxshot-pack')).toBeNull();
		expect(document.body.textContent).not.toContain('not on this device');
		await pressShoot();
		await poll(() => frames('done').length).toBe(3);
	});

	it('that is damaged is not promised to be fetched afresh', async () => {
		await open(failing(damaged));
		await shown('denoiser.weights is damaged');
		await shown(/Install it again on the Packs page, or go on with Pocket/);
		await expect.element(page.getByRole('button', { name: 'Go on with Pocket' })).toBeVisible();
	});

	it('is not looked for where the setting is damaged', async () => {
		localStorage.setItem('luxshot-pack', '../../elsewhere');
		const { engine } = await open();
		await poll(() => engine.packs).toEqual(['packs/fake']);
	});
});

describe('another pack', () => {
	it('reads the sitters again: a face of one pack is no face of another', async () => {
		localStorage.removeItem('luxshot-pack');
		const { engine, studio } = await open();
		await poll(() => engine.photos.length).toBe(3);
		await studio.packs.use(FOLDER);
		await poll(() => engine.photos.length).toBe(6);
		expect(studio.engine.pack?.hash).toBe('e'.repeat(64));
	});
});
