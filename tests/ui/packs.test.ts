/** The packs page over a fake keeper: from an offer to a pack in use, and everything that can come between. */
import type { WireError } from '$lib/contract/errors';
import { flushSync } from 'svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { fakeManifest } from './fake-engine';
import { FakeKeeper } from './fake-keeper';
import { poll, press, shown, useStudio } from './open-studio';
import PacksPage from '../../src/routes/(app)/packs/+page.svelte';

const { open, close } = useStudio(PacksPage);
const GB = 10 ** 9;
const HASH = '0'.repeat(64);
const offline: WireError = { code: 'source-unreachable', params: { file: 'unet', status: 0 } };

const source = (id: string, path: string, bytes: number) => ({
	id,
	repository: id === 'face' ? 'faces/reader' : 'studio/large',
	revision: 'a'.repeat(40),
	path,
	bytes,
	sha256: HASH,
	format: 'safetensors',
	unused: []
});
const recipe = JSON.stringify({
	formatVersion: 1,
	id: 'large',
	sources: [
		source('unet', 'unet/model.safetensors', 700),
		source('text-encoder', 'text/model.safetensors', 200),
		source('face', 'reader.safetensors', 100)
	],
	files: [{ path: 'denoiser.weights', bytes: 600, sha256: null }],
	weights: [
		{
			inputs: [{ source: 'unet', tensor: 'w', dtype: 'F32', shape: [10], steps: [] }],
			combine: null,
			steps: [],
			encoding: { kind: 'copy' },
			outputs: [
				{ part: 'values', initializer: 'w', file: 'denoiser.weights', offset: 0, bytes: 40 }
			]
		}
	]
});
const variants = [
	{
		file: 'denoiser.onnx',
		externalData: ['denoiser.weights'],
		devices: ['wasm', 'webgpu'],
		dtype: 'float32',
		inputs: [],
		outputs: []
	}
];
const large = (nonCommercial: boolean) => {
	const manifest = fakeManifest({});
	return {
		...manifest,
		id: 'large',
		title: 'Large Format',
		description: 'Photoreal, put together here.',
		licences: [
			{
				name: 'OpenRAIL-M',
				url: 'https://example.com/a',
				summary: 'Do no harm.',
				files: ['studio/large'],
				nonCommercial: false
			},
			{
				name: 'Faces',
				url: 'https://example.com/b',
				summary: 'For research.',
				files: ['faces/reader'],
				nonCommercial
			}
		],
		graphs: Object.fromEntries(Object.keys(manifest.graphs).map((name) => [name, { variants }])),
		files: [{ path: 'denoiser.onnx', bytes: 50, sha256: HASH, chunks: [] }]
	};
};

let folder = '';
let nonCommercial = false;
let offers: string[] = [];
let free = 100 * GB;

beforeEach(async () => {
	const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(recipe));
	folder = [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
	nonCommercial = false;
	offers = ['large'];
	free = 100 * GB;
	const samples = vi.mocked(window.fetch).getMockImplementation()!;
	vi.spyOn(window, 'fetch').mockImplementation(async (input) => {
		const { pathname } = new URL(input instanceof Request ? input.url : input, location.href);
		if (pathname.endsWith('/packs.json')) return Response.json({ offers });
		if (pathname === '/packs/fake/manifest.json')
			return Response.json({ ...large(false), title: 'Fake', version: '1.0.0' });
		if (pathname === '/packs/large/manifest.json') return Response.json(large(nonCommercial));
		if (pathname === '/packs/large/recipe.json') return new Response(recipe);
		return samples(input);
	});
	vi.spyOn(navigator.storage, 'estimate').mockImplementation(async () => ({
		quota: free,
		usage: 0
	}));
});

/** @param kept what lies on the device when the page opens */
async function openPacks(kept: FakeKeeper['packs'] = []) {
	const keeper = new FakeKeeper();
	keeper.folder = folder;
	keeper.packs = kept;
	const opened = await open({}, '', keeper);
	await poll(() => opened.studio.packs.status).toBe('read');
	flushSync();
	return opened;
}

const whole = () => ({ folder, id: 'large', installedAt: 1, bytes: 2000, hash: 'a' });
const begun = () => ({ folder, id: 'large', installedAt: null, bytes: 400, hash: null });
const button = (name: string) => page.getByRole('button', { name, exact: true });

describe('an offer', () => {
	it('says what it costs, from whom and under which licence, before anything is fetched', async () => {
		const { keeper } = await openPacks();
		await expect.element(page.getByRole('heading', { name: 'Large Format' })).toBeVisible();
		await shown('Photoreal, put together here.');
		const facts = Object.fromEntries(
			[...document.querySelectorAll('dl div')].map((row) => [
				row.querySelector('dt')!.firstChild!.textContent,
				row.querySelector('dd')!.firstChild!.textContent
			])
		);
		expect(facts['To fetch']).toBe('1,000 bytes');
		expect(facts['On this device afterwards']).toBe('650 bytes');
		expect(facts['Room while it is put together']).toBe('1,650 bytes');
		expect(facts['Image model, text encoder']).toBe('900');
		await shown('studio/large, OpenRAIL-M');
		await shown('Slow on this device');
		await shown(/a frame takes minutes: no graphics adapter found/);
		expect(keeper.installations).toEqual([]);
	});

	it('becomes a pack: fetched in bytes, whole, then used, and again after a reload', async () => {
		const { keeper, studio, engine } = await openPacks();
		await press('Install Large Format');
		await poll(() => keeper.working).toBe(true);
		keeper.report({ done: 412, secondsLeft: 78 });
		await shown(/412 of 1,000 bytes/);
		await shown(/About 78 s left/);
		const bar = page.getByRole('progressbar', { name: 'Large Format, installation' });
		await expect.element(bar).toHaveAttribute('aria-valuenow', '41');
		expect(studio.requests.packs).toEqual({
			host: 'huggingface.co',
			title: 'Large Format',
			bytes: 412
		});
		expect(keeper.installations).toEqual([
			{ pack: `${location.origin}/packs/large/`, hub: 'https://huggingface.co', files: [] }
		]);
		keeper.report({ phase: 'verify', done: 10, total: 650 });
		await shown(/^Reading back, 3 of 3$/);
		keeper.finish();
		await shown('Large Format is whole, read back and ready to use.');

		await poll(() => engine.boots).toBe(1);
		await press('Use Large Format');
		await poll(() => engine.packs).toEqual(['packs/fake', `opfs:${folder}`]);
		await poll(() => studio.engine.status).toBe('ready');
		await expect.element(page.getByText('In use', { exact: true })).toBeVisible();
		const { packs } = keeper;
		await close();
		const again = await openPacks(packs);
		await poll(() => again.engine.packs).toEqual([`opfs:${folder}`]);
	});

	it('for research only is not fetched before that is accepted', async () => {
		nonCommercial = true;
		const { keeper } = await openPacks();
		await expect.element(button('Install Large Format')).toBeDisabled();
		await page.getByRole('checkbox', { name: /research only/ }).click();
		await press('Install Large Format');
		await poll(() => keeper.installations.length).toBe(1);
	});

	it('is not begun where there is no room, until there is', async () => {
		free = 1000;
		await openPacks();
		await shown(/There is no room: 1,650 bytes are needed/);
		await expect.element(button('Install Large Format')).toBeDisabled();
		free = 5000;
		await press('Look again');
		await expect.element(button('Install Large Format')).toBeEnabled();
	});

	it('reads files that are here instead of fetching them', async () => {
		const { keeper, studio } = await openPacks();
		await page.getByText('Use files from this device').click();
		await page
			.getByLabelText('Choose files')
			.upload([
				new File([new Uint8Array(700)], 'model.safetensors'),
				new File([new Uint8Array(7)], 'reader.safetensors')
			]);
		await shown('1 of 3 files are here; the others are fetched.');
		await shown('not one of these, or another size');
		await press('Install Large Format');
		await poll(() => keeper.working).toBe(true);
		expect(keeper.installations[0]!.files.map(({ size }) => size)).toEqual([700]);
		keeper.report({ file: 'unet/model.safetensors', done: 700 });
		keeper.report({ file: 'reader.safetensors', done: 800 });
		expect(studio.requests.packs?.bytes).toBe(100);
	});

	it('is told apart from a build that offers nothing', async () => {
		offers = [];
		await openPacks();
		await shown('No photoreal pack yet');
	});
});

describe('an installation', () => {
	it('is held and goes on', async () => {
		const { keeper } = await openPacks();
		await press('Install Large Format');
		await poll(() => keeper.working).toBe(true);
		await press('Pause');
		await shown(/^Held\./);
		await press('Go on');
		expect(keeper.pauses).toEqual([true, false]);
	});

	it('that fails says why, keeps what arrived and goes on from there', async () => {
		const { keeper } = await openPacks();
		await press('Install Large Format');
		await poll(() => keeper.working).toBe(true);
		keeper.finish(offline);
		await shown('unet did not arrive');
		await shown('Begun, not whole');
		await press('Go on');
		await poll(() => keeper.installations.length).toBe(2);
		keeper.finish();
		await shown(/ready to use/);
		expect(document.body.textContent).not.toContain('did not arrive');
	});

	it('that was begun before a reload is shown, goes on or goes away', async () => {
		const { keeper } = await openPacks([begun()]);
		await shown('Begun, not whole');
		await expect.element(button('Go on')).toBeEnabled();
		await press('Remove what arrived');
		await press('Remove Large Format');
		await expect.element(button('Install Large Format')).toBeVisible();
		expect(keeper.removed).toEqual([folder]);
	});

	it('stops, with what arrived or without it, and is no failure', async () => {
		const { keeper } = await openPacks();
		await press('Install Large Format');
		await poll(() => keeper.working).toBe(true);
		await press('Stop and keep');
		await expect.element(button('Go on')).toBeVisible();
		expect(document.querySelector('[role="alert"]')).toBeNull();
		await press('Go on');
		await poll(() => keeper.working).toBe(true);
		await press('Stop and remove');
		await expect.element(button('Install Large Format')).toBeVisible();
		expect(keeper.removed).toEqual([folder]);
	});
});

describe('a pack on this device', () => {
	it('is read again, byte for byte, and found intact', async () => {
		const { keeper } = await openPacks([whole()]);
		await press('Check every byte');
		await poll(() => keeper.working).toBe(true);
		keeper.report({ phase: 'verify', done: 1000, total: 2000 });
		await expect
			.element(page.getByRole('progressbar', { name: /check of every byte/ }))
			.toHaveAttribute('aria-valuenow', '50');
		keeper.finish();
		await shown(/^Intact: every byte was read at \d\d:\d\d\.$/);
	});

	it('that is damaged says which file, and is installed again', async () => {
		const { keeper } = await openPacks([whole()]);
		await press('Check every byte');
		await poll(() => keeper.working).toBe(true);
		keeper.finish({ code: 'pack-file-corrupt', params: { file: 'denoiser.weights' } });
		await shown('denoiser.weights is damaged');
		await press('Install again');
		await poll(() => keeper.installations.length).toBe(1);
		expect(keeper.removed).toEqual([folder]);
	});

	it('is removed after a question, and the studio goes back to the pack of the app', async () => {
		localStorage.setItem('luxshot-pack', folder);
		const { keeper, engine, studio } = await openPacks([whole()]);
		await poll(() => studio.engine.status).toBe('ready');
		await press('Remove');
		await shown(/Frames that were shot with it stay/);
		await press('Keep it');
		expect(keeper.removed).toEqual([]);
		await press('Remove');
		await press('Remove Large Format');
		await poll(() => keeper.removed).toEqual([folder]);
		expect(engine.packs.at(-1)).toBe('packs/fake');
		expect(studio.packs.usesKept).toBe(false);
	});

	it('that this version does not offer can be used and removed all the same', async () => {
		offers = [];
		await openPacks([{ ...whole(), id: 'older-large' }]);
		await expect.element(page.getByRole('heading', { name: 'Older large' })).toBeVisible();
		await expect.element(button('Use Older large')).toBeEnabled();
		await expect.element(button('Remove')).toBeEnabled();
	});
});

describe('the address of the hub', () => {
	it('is one of three, and is what files are asked from', async () => {
		const { keeper } = await openPacks();
		await page.getByText(/^Where files are fetched from/).click();
		await page.getByRole('radio', { name: /hf-mirror.com/ }).click();
		await press('Install Large Format');
		await poll(() => keeper.installations[0]?.hub).toBe('https://hf-mirror.com');
		expect(localStorage.getItem('luxshot-hub')).toBe('https://hf-mirror.com');
	});
});
