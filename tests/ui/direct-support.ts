/** Opens the studio page over the fake engine, for the tests of the call sheet. */
import { Studio } from '$lib/state/studio.svelte';
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { page } from 'vitest/browser';
import { FakeEngine, type FakeEngineOptions } from './fake-engine';
import Harness from './Harness.svelte';

const SITTERS = [
	{ id: 'ines', name: 'Ines', references: ['1.webp', '2.webp', '3.webp'] },
	{ id: 'teo', name: 'Teo', references: ['1.webp'] }
];

export interface OpenStudio {
	engine: FakeEngine;
	studio: Studio;
	/** As a reload would: what is kept stays. */
	close: () => Promise<void>;
}

/**
 * A fresh database for each test of the file, and a fetch that knows the sample sitters only.
 * @returns opens the studio; again after `close` finds what was kept
 */
export function studioForEach(): (
	options?: FakeEngineOptions,
	fragment?: string
) => Promise<OpenStudio> {
	let databaseName = '';
	let close = async () => {};

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
		localStorage.removeItem('luxshot-keys');
	});

	return async (options = {}, fragment = '') => {
		const engine = new FakeEngine(options);
		const studio = new Studio({
			createEngine: () => Promise.resolve(engine),
			boot: { device: null, pack: 'packs/fake' },
			baseUrl: () => `${location.origin}/`,
			picture: () => null,
			databaseName
		});
		const target = document.body.appendChild(document.createElement('div'));
		const app = mount(Harness, { target, props: { studio } });
		close = async () => {
			close = async () => {};
			await studio.close();
			await unmount(app);
			target.remove();
		};
		void studio.open(fragment);
		await vi.waitFor(() => expect(studio.sitters.selected?.name).toBe('Ines'));
		flushSync();
		return { engine, studio, close: () => close() };
	};
}

/** Machines that test are slow and shared: what has to happen may take its time. */
export const poll = <T>(get: () => T) => expect.poll(get, { timeout: 30_000 });
export const frames = (status: string) => [
	...document.querySelectorAll(`li[data-status="${status}"]`)
];
export const press = (name: string | RegExp) =>
	page.getByRole('button', { name, exact: typeof name === 'string' }).click();
/** Radios are drawn by their labels: the input itself is a pixel. */
export const pick = (name: string | RegExp) =>
	(page.getByRole('radio', { name }).element() as HTMLElement).click();
export const title = () => document.querySelector('h1')?.textContent;
