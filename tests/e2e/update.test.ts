/** A newer version of the installed app: fetched whole beside the old one, offered, never forced, and nothing kept is lost. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../../scripts/serve.mjs';
import { expect, PATIENCE, test, visit } from './support/app';

test.use({ serviceWorkers: 'allow' });
test.setTimeout(300_000);

/** The same build under another version, as a later deployment with few changes would be. */
function laterVersion(from: string, to: string): void {
	cpSync(from, to, { recursive: true });
	const { version } = JSON.parse(readFileSync(join(to, '_app/version.json'), 'utf8')) as {
		version: string;
	};
	const script = join(to, 'service-worker.js');
	const text = readFileSync(script, 'utf8');
	expect(text).toContain(version);
	writeFileSync(script, text.replaceAll(version, `${version}1`));
	// Compressed copies still hold the old one, and would be served first.
	for (const ending of ['.br', '.gz']) rmSync(`${script}${ending}`, { force: true });
}

test('a newer version waits for the person, then takes over with every frame kept', async ({
	page
}) => {
	const folder = mkdtempSync(join(tmpdir(), 'luxshot-'));
	let server = await serve({ dir: 'build' });
	try {
		await visit(page, server.url);
		const shoot = page.getByRole('button', { name: /^Shoot \d/ }).first();
		await shoot.click();
		await expect(page.locator('li[data-status="done"]').first()).toBeVisible(PATIENCE);
		await expect(page.locator('li[data-status="exposing"], li[data-status="waiting"]')).toHaveCount(
			0,
			PATIENCE
		);
		const frames = await page.locator('li[data-status="done"]').count();
		const before = await page.evaluate(() => caches.keys());
		expect(before).toHaveLength(1);

		const port = Number(new URL(server.url).port);
		await server.close();
		laterVersion('build', join(folder, 'later'));
		server = await serve({ dir: join(folder, 'later'), port });
		await page.reload();
		// Both versions are whole, and the old one still answers.
		const update = page.getByRole('button', { name: 'Update now' });
		await expect(update).toBeVisible(PATIENCE);
		expect(await page.evaluate(() => caches.keys())).toHaveLength(2);

		// Not in the middle of a shoot.
		await shoot.click();
		await expect(page.getByRole('button', { name: 'Update after this shoot' })).toBeDisabled();
		await expect(page.locator('li[data-status="done"]')).toHaveCount(2 * frames, PATIENCE);

		const loaded = page.waitForEvent('load');
		await update.click();
		await loaded;
		await expect(page.locator('li[data-status="done"]')).toHaveCount(2 * frames, PATIENCE);
		await expect(update).toHaveCount(0);
		await expect
			.poll(() => page.evaluate(() => caches.keys()))
			.toEqual([expect.stringMatching(/^luxshot-app-\d+1$/)]);
		expect(before).not.toEqual(await page.evaluate(() => caches.keys()));
	} finally {
		await server.close();
		rmSync(folder, { recursive: true, force: true });
	}
});
