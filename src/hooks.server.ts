/** Runs while pages are built; there is no server. */
import type { Handle } from '@sveltejs/kit';

/**
 * Scripts are fetched from the start, but behind the page, its fonts and its pictures: at the priority that a module has by
 * itself they hold the first paint up by half a second on a slow network, though all that is painted is in the page.
 */
export const handle: Handle = ({ event, resolve }) =>
	resolve(event, {
		transformPageChunk: ({ html }) =>
			html.replaceAll('rel="modulepreload"', 'rel="modulepreload" fetchpriority="low"')
	});
