/** Photographs from the system's share sheet: into intake, once, through the same checks, and never over the network. */
import { readFile } from 'node:fs/promises';
import { SHARE_FIELD, SHARE_PATH } from '../../src/lib/offline/shared';
import { expect, test, visit } from './support/app';

test.use({ serviceWorkers: 'allow' });
test.setTimeout(300_000);

test('shared photographs wait for the consent, appear once, and bad ones get their sentence', async ({
	page,
	context,
	appUrl
}) => {
	await page.goto(appUrl);
	// Nothing offers itself to the share sheet before something is there to catch what is shared.
	expect(await page.locator('link[rel="manifest"]').count()).toBe(0);
	await visit(page, appUrl);
	const manifest = JSON.parse(await readFile('static/manifest.webmanifest', 'utf8'));
	await expect(page.locator('link[rel="manifest"]')).toHaveCount(1);
	expect(manifest.share_target).toMatchObject({ action: SHARE_PATH, method: 'POST' });
	expect(manifest.share_target.params.files[0].name).toBe(SHARE_FIELD);

	// What the system does: a navigation that posts a form. Not from the app's own page, whose policy forbids forms.
	await context.setOffline(true);
	const sheet = await context.newPage();
	await sheet.setContent(
		`<form method="post" enctype="multipart/form-data" action="${appUrl}${SHARE_PATH}">
			<input type="file" name="${SHARE_FIELD}" multiple /><button>Share</button></form>`
	);
	await sheet
		.locator('input')
		.setInputFiles(['tests/fixtures/photos/astronaut.jpg', 'tests/corpus/files/text.jpg']);
	await sheet.getByRole('button', { name: 'Share' }).click();
	await sheet.waitForURL(/\?shared=2$/);
	const dialog = sheet.getByRole('dialog');
	const rows = dialog.locator('li[data-status]');
	await expect(rows).toHaveCount(2);
	await expect(rows.first()).toContainText('Tick the line above first');
	await dialog.getByRole('checkbox').check();
	await expect(dialog.locator('li[data-status="kept"]')).toHaveCount(1, { timeout: 90_000 });
	await expect(dialog.locator('li[data-status="refused"]')).toContainText(/not a picture/i);

	await sheet.reload();
	await expect(sheet.getByText(/^Runs on this device/)).toBeVisible({ timeout: 90_000 });
	await expect(sheet.getByRole('dialog')).toHaveCount(0);
	expect(await sheet.evaluate(() => caches.has('luxshot-shared'))).toBe(false);
});
