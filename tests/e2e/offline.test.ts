/** The installed app: after one visit it opens without a network and shoots; only its own caches are ever deleted. */
import type { Page } from '@playwright/test';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, PATIENCE, test, visit } from './support/app';

test.use({ serviceWorkers: 'allow' });
// The whole app is fetched a second time while two cores run the model: slow machines need a while.
test.setTimeout(300_000);

const done = (page: Page) => page.locator('li[data-status="done"]');

test('every piece of the workers is kept', () => {
	const kept = readFileSync('build/service-worker.js', 'utf8');
	const workers = readdirSync('build/_app/immutable/workers', {
		recursive: true,
		encoding: 'utf8'
	});
	const scripts = workers.filter((name) => name.endsWith('.js'));
	expect(scripts.length).toBeGreaterThan(1);
	for (const name of scripts) expect(kept).toContain(`/_app/immutable/workers/${name}`);
});

test('a cold start without network shoots a portrait', async ({ page, context, appUrl }) => {
	await page.goto(appUrl);
	await page.evaluate(async () => {
		await (await caches.open('somebody-else')).put('/kept', new Response('kept'));
		await (await caches.open('luxshot-app-older')).put('/old', new Response('old'));
	});
	await visit(page, appUrl);
	await page.close();

	await context.setOffline(true);
	const cold = await context.newPage();
	await cold.goto(appUrl);
	await expect(cold.getByText(/^Runs on this device/)).toBeVisible(PATIENCE);
	await cold
		.getByRole('button', { name: /^Shoot \d/ })
		.first()
		.click();
	await expect(done(cold).first()).toBeVisible(PATIENCE);

	// The seal holds offline too: policies come with the kept responses.
	await cold.goto(`${appUrl}privacy/`);
	await expect(cold.getByText('refused', { exact: true })).toHaveCount(3);
	expect(
		(await cold.evaluate(() => caches.keys())).filter((name) => /older|else/.test(name))
	).toEqual(['somebody-else']);
});

test('a link sets the shoot up on a sample sitter and makes the same picture', async ({
	page,
	context,
	appUrl
}) => {
	await visit(page, appUrl);
	await page
		.getByRole('button', { name: /^Shoot \d/ })
		.first()
		.click();
	await expect(done(page).first()).toBeVisible(PATIENCE);
	await page.getByRole('button', { name: /^Hand on Rooftop Dusk/ }).click();
	const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();
	expect(link.startsWith(`${appUrl}#shoot=1&`)).toBe(true);
	const first = await pixels(page);

	await page.close();
	const other = await context.newPage();
	await other.goto(link);
	await expect(other.getByText('Rooftop Dusk was handed on to you')).toBeVisible();
	// What was shot before is read back from storage first: counted earlier, it would pass for the new shoot.
	await expect(other.locator('article')).toHaveCount(1);
	await other
		.getByRole('button', { name: /^Shoot \d/ })
		.first()
		.click();
	await expect(other.locator('article')).toHaveCount(2);
	await expect(
		other.locator('article').first().locator('li[data-status="done"]').first()
	).toBeVisible(PATIENCE);
	expect(await pixels(other)).toBe(first);
});

test('a damaged link is refused with a word and the studio works on', async ({ page, appUrl }) => {
	await page.goto(`${appUrl}#shoot=1&d=F5,F6&__proto__=1`);
	await expect(page.getByText('This link is damaged')).toBeVisible();
	await expect(page.getByRole('button', { name: /^Shoot \d/ }).first()).toBeEnabled();
});

/** SHA-256 of the first frame of the newest shoot. */
function pixels(page: Page): Promise<string> {
	return page.evaluate(async () => {
		const image = document.querySelector<HTMLImageElement>('article li[data-status="done"] img')!;
		const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
		const context = canvas.getContext('2d')!;
		context.drawImage(image, 0, 0);
		const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
		const digest = await crypto.subtle.digest('SHA-256', data);
		return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
	});
}
