/** The built app in headless Chromium at its runner page: what `npm run shoot` and `npm run sitter:eval` drive. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CHROMIUM_FLAGS, systemChromium } from './chromium.mjs';
import { ensureChromium, ensurePackages, root, run } from './setup.mjs';

/** Unwraps the runner's Outcome or throws with its code and facts. */
export function unwrap(outcome, what) {
	if (outcome.ok) return outcome.value;
	throw new Error(`${what}: ${outcome.error.code} ${JSON.stringify(outcome.error.params)}`);
}

/**
 * Installs and builds what is missing, serves the app, opens its runner page, and ends everything after `work`.
 *
 * @template T
 * @param {{ rebuild?: boolean }} options
 * @param {(page: import('playwright').Page, foreign: string[]) => Promise<T>} work `foreign` fills with requests to other origins
 * @returns {Promise<T>}
 */
export async function withRunnerPage({ rebuild = false }, work) {
	ensurePackages();
	await ensureChromium();
	if (rebuild || !existsSync(join(root, 'build/index.html')))
		run('npm', ['run', '--silent', 'build']);
	const { serve } = await import('./serve.mjs');
	const { chromium } = await import('playwright');
	const server = await serve({ dir: join(root, 'build'), port: 0 });
	const browser = await chromium.launch({ executablePath: systemChromium(), args: CHROMIUM_FLAGS });
	try {
		const page = await browser.newPage();
		/** @type {string[]} */
		const foreign = [];
		page.context().on('request', (request) => {
			const url = new URL(request.url());
			if (url.protocol.startsWith('http') && url.origin !== new URL(server.url).origin)
				foreign.push(url.href);
		});
		await page.goto(
			new URL('runner', server.url.endsWith('/') ? server.url : `${server.url}/`).href
		);
		await page.waitForFunction(() => 'luxshotRunner' in window);
		return await work(page, foreign);
	} finally {
		await browser.close();
		await server.close();
	}
}
