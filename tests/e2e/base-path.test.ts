/** The app under a path of its host: another build, served below that path and nowhere else. */
import { execFileSync } from 'node:child_process';
import { serve } from '../../scripts/serve.mjs';
import { expect, PATIENCE, test, visit } from './support/app';

const BASE = '/portraits';
const FOLDER = 'test-results/base-path-build';

test.use({ serviceWorkers: 'allow' });
test.setTimeout(300_000);

test('under a base path every page opens, the worker is sealed, and it shoots offline', async ({
	page,
	context
}) => {
	execFileSync('npx', ['vite', 'build', '--logLevel', 'error'], {
		env: { ...process.env, BASE_PATH: BASE, BUILD_DIR: FOLDER },
		stdio: 'ignore'
	});
	const server = await serve({ dir: FOLDER, base: BASE });
	const missed: string[] = [];
	context.on('response', (response) => {
		if (response.status() >= 400) missed.push(response.url());
	});
	try {
		expect(server.url).toMatch(new RegExp(`${BASE}/$`));
		await visit(page, server.url);
		await context.setOffline(true);
		await page
			.getByRole('button', { name: /^Shoot \d/ })
			.first()
			.click();
		await expect(page.locator('li[data-status="done"]').first()).toBeVisible(PATIENCE);
		await page.goto(`${server.url}privacy/`);
		await expect(page.getByText('refused', { exact: true })).toHaveCount(3);
		await page.goto(`${server.url}team/`);
		await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
		expect(missed).toEqual([]);
	} finally {
		await server.close();
	}
});
