/** What is deleted is gone: a sitter from every corner of storage, and everything there is after a wipe. */
import { addSitter, expect, test, visit } from './support/app';
import { ownNeedles, scanStorage } from './support/scan';

test.use({ serviceWorkers: 'allow' });
test.setTimeout(300_000);

test('a sitter deleted for good is nowhere in storage, and a wipe leaves nothing', async ({
	page,
	appUrl
}) => {
	await visit(page, appUrl);
	await addSitter(page);
	const needles = await ownNeedles(page);
	expect(needles.texts).toHaveLength(2);
	expect(needles.bytes).toHaveLength(2);
	const kept = await scanStorage(page, needles);
	expect(kept.found).toEqual(['database luxshot sitters', 'database luxshot references'].reverse());

	await page.getByRole('button', { name: 'edit' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
	await expect(page.getByText('You is in the bin')).toBeVisible();
	await expect(page.getByRole('radio', { name: 'You' })).toHaveCount(0);
	await page.getByRole('button', { name: 'Undo' }).click();
	await expect(page.getByText('1 photograph,')).toBeVisible();

	await page.getByRole('button', { name: 'edit' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
	await page.getByRole('button', { name: 'Bin', exact: true }).click();
	await page.getByRole('button', { name: 'Delete You for good' }).click();
	await expect(page.getByText('The bin is empty.')).toBeVisible();
	const after = await scanStorage(page, needles);
	expect(after.found).toEqual([]);
	// The scan did look: databases, and the app's own files in its cache.
	expect(after.seen).toBeGreaterThan(100);

	await page.evaluate(async () => {
		localStorage.setItem('luxshot-keys', 'off');
		localStorage.setItem('somebody-else', 'kept');
		await (await navigator.storage.getDirectory()).getDirectoryHandle('packs', { create: true });
	});
	await page.goto(`${appUrl}privacy/`);
	await page.getByRole('button', { name: 'Wipe everything' }).click();
	await page.getByRole('button', { name: 'Wipe this device' }).click();
	await expect(page.getByRole('heading', { name: 'Nothing is left' })).toBeVisible();
	const left = await page.evaluate(async () => ({
		databases: await indexedDB.databases(),
		caches: await caches.keys(),
		keys: Object.keys(localStorage),
		files: await Array.fromAsync((await navigator.storage.getDirectory()).keys()),
		workers: (await navigator.serviceWorker.getRegistrations()).length
	}));
	expect(left).toEqual({
		...{ databases: [], caches: [], keys: ['somebody-else'], files: [], workers: 0 }
	});
	await page.getByRole('button', { name: 'Start afresh' }).click();
	await expect(page.getByText(/^Runs on this device/)).toBeVisible({ timeout: 90_000 });
});
