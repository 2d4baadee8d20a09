/**
 * `node scripts/screens.mjs`: pictures of the built studio with a finished shoot, at 390 and 1440 px,
 * light and dark, into docs/screens. Needs a build.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CHROMIUM_FLAGS, systemChromium } from './chromium.mjs';
import { serve } from './serve.mjs';
import { root } from './setup.mjs';
import { chromium } from 'playwright';

const target = join(root, 'docs/screens');
await mkdir(target, { recursive: true });
const server = await serve({ dir: join(root, 'build') });
const browser = await chromium.launch({ executablePath: systemChromium(), args: CHROMIUM_FLAGS });
try {
	for (const colorScheme of /** @type {const} */ (['light', 'dark']))
		for (const [width, height] of [
			[1440, 900],
			[390, 844]
		]) {
			const page = await browser.newPage({ viewport: { width, height }, colorScheme });
			await page.goto(server.url);
			await page.getByText(/^Runs on this device/).waitFor();
			await page
				.getByRole('button', { name: /^Shoot \d/ })
				.filter({ visible: true })
				.first()
				.click();
			await page.locator('li[data-status="done"]').first().waitFor({ timeout: 60_000 });
			await page
				.locator('li[data-status="exposing"], li[data-status="waiting"]')
				.first()
				.waitFor({ state: 'detached', timeout: 60_000 });
			await page.screenshot({ path: join(target, `studio-${width}-${colorScheme}.png`) });
			await page.close();
		}
} finally {
	await browser.close();
	await server.close();
}
