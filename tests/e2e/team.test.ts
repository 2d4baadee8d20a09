/** The team page on the real pack: everyone in one press, cropped by real faces, kept, and out as files. */
import AxeBuilder from '@axe-core/playwright';
import { readFile } from 'node:fs/promises';
import { expect, test } from './support/app';

test('a team is shot, cropped, kept over a reload, and saved', async ({
	page,
	appUrl,
	foreignRequests
}) => {
	const done = page.locator('main li[data-status="done"]');
	await page.goto(appUrl);
	await expect(page.getByText(/^Runs on this device/)).toBeVisible();
	await page.keyboard.press('t');
	await expect(page.getByRole('heading', { level: 1, name: 'The team' })).toBeVisible();
	for (const name of ['Amara', 'Wei', 'Ruth', 'Idris'])
		await page.getByRole('checkbox', { name }).uncheck({ force: true });
	await page.keyboard.press('s');
	await expect(done).toHaveCount(2, { timeout: 60_000 });
	await expect(page.getByRole('heading', { level: 3 })).toHaveText(['Ines', 'Tomas']);
	const found = await new AxeBuilder({ page }).analyze();
	expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);

	await page.reload();
	await expect(done).toHaveCount(2);
	for (const [button, name, start] of [
		['Save sheet', 'luxshot-team-page-sheet.png', '\u0089PNG'],
		['Save ZIP', 'luxshot-team-page.zip', 'PK']
	] as const) {
		const waiting = page.waitForEvent('download');
		await page.getByRole('button', { name: button }).click();
		const download = await waiting;
		expect(download.suggestedFilename()).toBe(name);
		const bytes = await readFile(await download.path());
		expect(bytes.toString('latin1').startsWith(start)).toBe(true);
		expect(bytes.toString('latin1')).toContain('trainedAlgorithmicMedia');
	}

	await page.keyboard.press('g');
	await expect(page.getByRole('heading', { name: 'Contact sheet' })).toBeVisible();
	await expect(page.locator('article').first()).toContainText('Tomas');
	await page.keyboard.press('y');
	await expect(page.getByRole('heading', { name: 'May contact' })).toBeVisible();
	expect(foreignRequests).toEqual([]);
});
