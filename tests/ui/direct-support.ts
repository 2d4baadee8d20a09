/** What the tests of the call sheet look at. */
import type { Studio } from '$lib/state/studio.svelte';
import { page } from 'vitest/browser';
import type { FakeEngine, FakeEngineOptions } from './fake-engine';
import { useStudio } from './open-studio';

export { frames, poll, press } from './open-studio';

export interface OpenStudio {
	engine: FakeEngine;
	studio: Studio;
	/** As a reload would: what is kept stays. */
	close: () => Promise<void>;
}

/** @returns opens the studio with a fresh database for each test; again after `close` finds what was kept */
export function studioForEach(): (
	options?: FakeEngineOptions,
	fragment?: string
) => Promise<OpenStudio> {
	const { open, close } = useStudio();
	return async (options, fragment) => {
		const { engine, studio } = await open(options, fragment);
		return { engine, studio, close };
	};
}

/** Radios are drawn by their labels: the input itself is a pixel. */
export const pick = (name: string | RegExp) =>
	(page.getByRole('radio', { name }).element() as HTMLElement).click();
export const title = () => document.querySelector('h1')?.textContent;
