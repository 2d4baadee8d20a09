/** Runs while pages are built; there is no server. */
import type { Handle } from '@sveltejs/kit';

/**
 * Scripts are not named in the page's head: fetched beside the page they hold its first paint up by half a second on a slow
 * network, though all that is painted is in the page.
 */
export const handle: Handle = ({ event, resolve }) =>
	resolve(event, { preload: ({ type }) => type !== 'js' });
