/** The studio page over the fake engine, for every UI test: opening, closing, and what tests look at. */
import { Studio } from '$lib/state/studio.svelte';
import { flushSync, mount, unmount, type Component } from 'svelte';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { page } from 'vitest/browser';
import { FakeEngine, type FakeEngineOptions } from './fake-engine';
import { FakeKeeper } from './fake-keeper';
import StudioPage from '../../src/routes/(app)/+page.svelte';
import Harness from './Harness.svelte';

const SITTERS = [
	{ id: 'ines', name: 'Ines', references: ['1.webp', '2.webp', '3.webp'] },
	{ id: 'teo', name: 'Teo', references: ['1.webp'] }
];

export interface OpenStudio {
	engine: FakeEngine;
	keeper: FakeKeeper;
	studio: Studio;
	opened: Promise<void>;
}

/**
 * To be called once at the top of a test file. Each test gets its own database, 1440 x 900 px, and references without
 * content: the sitters' files are not part of these tests, their bytes only have to differ.
 * @param Page another page than the studio itself
 */
export function useStudio(Page: Component = StudioPage): {
	/**
	 * @param fragment of the page's address
	 * @param keeper with what is kept on the device already
	 */
	open: (
		options?: FakeEngineOptions,
		fragment?: string,
		keeper?: FakeKeeper
	) => Promise<OpenStudio>;
	/** Closes the page; the next `open` is a reload. */
	close: () => Promise<void>;
} {
	let databaseName = '';
	let leave: (() => Promise<void>) | null = null;
	const close = async () => {
		await leave?.();
		leave = null;
	};

	beforeEach(async () => {
		await page.viewport(1440, 900);
		databaseName = `ui-${crypto.randomUUID()}`;
		vi.spyOn(window, 'fetch').mockImplementation(async (input) => {
			const { pathname } = new URL(input instanceof Request ? input.url : input, location.href);
			return pathname.endsWith('sitters.json') ? Response.json(SITTERS) : new Response(pathname);
		});
	});

	afterEach(async () => {
		await close();
		vi.restoreAllMocks();
		indexedDB.deleteDatabase(databaseName);
		for (const key of ['luxshot-keys', 'luxshot-pack', 'luxshot-hub']) localStorage.removeItem(key);
	});

	const open = async (
		options: FakeEngineOptions = {},
		fragment = '',
		keeper = new FakeKeeper()
	) => {
		const engine = new FakeEngine(options);
		const studio = new Studio({
			createEngine: () => Promise.resolve(engine),
			createKeeper: () => Promise.resolve(keeper),
			boot: { device: null, pack: 'packs/fake' },
			baseUrl: () => `${location.origin}/`,
			picture: () => null,
			databaseName
		});
		const target = document.body.appendChild(document.createElement('div'));
		const app = mount(Harness, { target, props: { studio, page: Page } });
		leave = async () => {
			await studio.close();
			await unmount(app);
			target.remove();
		};
		const opened = studio.open(fragment);
		await vi.waitFor(() => expect(studio.sitters.selected?.name).toBe('Ines'));
		flushSync();
		return { engine, keeper, studio, opened };
	};

	return { open, close };
}

/** Machines that test are slow and shared: what has to happen may take its time. */
export const poll = <T>(get: () => T) => expect.poll(get, { timeout: 30_000 });

export const shown = (text: string | RegExp) =>
	expect.element(page.getByText(text), { timeout: 30_000 }).toBeVisible();

export const frames = (status: string) => [
	...document.querySelectorAll(`li[data-status="${status}"]`)
];

/** Frame numbers on the film as they lie there, for example `['01', '02']`. */
export const laidOut = () =>
	[...document.querySelectorAll('li[data-status] .no')].map((number) => number.textContent);

export const pressShoot = () =>
	page
		.getByRole('button', { name: /^Shoot \d/ })
		.first()
		.click();

/** Shoots with the present direction and waits for every frame on the page. */
export async function shootAll(frameCount = 3): Promise<void> {
	await pressShoot();
	await poll(() => frames('done').length).toBe(frameCount);
}

export const press = (name: string | RegExp) =>
	page.getByRole('button', { name, exact: typeof name === 'string' }).click();

export const tile = (number: string) =>
	page.getByRole('button', { name: new RegExp(`^Frame ${number}.*open$`) });

/** Pixels of a picture, to tell whether two are the same. */
export async function pixelsOf(img: HTMLImageElement): Promise<string> {
	await img.decode();
	const canvas = new OffscreenCanvas(img.naturalWidth, img.naturalHeight);
	const context = canvas.getContext('2d')!;
	context.drawImage(img, 0, 0);
	return context.getImageData(0, 0, canvas.width, canvas.height).data.join();
}
