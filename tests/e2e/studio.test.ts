/** The studio as a person uses it, on the real pack: three actions to a portrait, offline, kept, own face, bad files. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { addSitter, expect, test } from './support/app';

const frames = (page: Page, status: string) => page.locator(`li[data-status="${status}"]`);
const shootButton = (page: Page) => page.getByRole('button', { name: /^Shoot \d/ }).first();

/** Opens the studio and waits until the engine says on what it runs. */
async function openStudio(page: Page, appUrl: string) {
	await page.goto(appUrl);
	await expect(page.getByText(/^Runs on this device/)).toBeVisible();
}

test('one click from a cold open to a portrait, offline, found again after a reload, downloaded', async ({
	page,
	context,
	appUrl,
	foreignRequests
}) => {
	const violations: string[] = [];
	page.on('console', (message) => {
		if (/content security policy/i.test(message.text())) violations.push(message.text());
	});
	await openStudio(page, appUrl);
	// Loaded: the sample photographs are there too (they are fetched after the first paint).
	await page.waitForFunction(() => {
		const photographs = performance
			.getEntriesByType('resource')
			.filter(({ name }) => /\/sitters\/\w+\/\d\.webp$/.test(name))
			.filter((entry) => (entry as PerformanceResourceTiming).responseEnd > 0);
		return new Set(photographs.map(({ name }) => name)).size === 18;
	});
	await context.setOffline(true);
	await shootButton(page).click();
	await expect(frames(page, 'done').first()).toBeVisible({ timeout: 60_000 });
	await expect(frames(page, 'waiting')).toHaveCount(0, { timeout: 60_000 });
	await expect(frames(page, 'exposing')).toHaveCount(0, { timeout: 60_000 });
	const made = await frames(page, 'done').count();
	expect(made).toBeGreaterThan(0);
	await expect(frames(page, 'failed')).toHaveCount(0);

	await context.setOffline(false);
	await page.reload();
	await expect(frames(page, 'done')).toHaveCount(made);
	await frames(page, 'done').first().getByRole('button').click();
	const download = page.waitForEvent('download');
	await page
		.getByRole('link', { name: /download/i })
		.or(page.getByRole('button', { name: /download/i }))
		.first()
		.click();
	const file = await (await download).path();
	expect((await readFile(file)).subarray(1, 4).toString()).toBe('PNG');
	expect((await download).suggestedFilename()).toMatch(/\.png$/);
	expect(foreignRequests).toEqual([]);
	// The sealed worker's own canary is refused by policy on purpose; the page itself must cause none.
	expect(violations.filter((text) => !text.includes('canary'))).toEqual([]);
});

test('an uploaded photograph becomes a sitter and a portrait', async ({ page, appUrl }) => {
	await openStudio(page, appUrl);
	await addSitter(page);
	await shootButton(page).click();
	await expect(frames(page, 'done').first()).toBeVisible({ timeout: 60_000 });
	await page.reload();
	await page.getByRole('radio', { name: 'You' }).check({ force: true });
	await expect(page.getByText('1 photograph,')).toBeVisible();
});

test('every bad file gets its own sentence, nothing is lost, and the app still works', async ({
	page,
	appUrl
}) => {
	await openStudio(page, appUrl);
	await page.getByRole('button', { name: 'Use your own face' }).first().click();
	const dialog = page.getByRole('dialog');
	await dialog.getByRole('checkbox').check();
	const cases: [file: string, sentence: RegExp][] = [
		['tests/corpus/files/text.jpg', /not a picture/i],
		['tests/corpus/files/zero-bytes.jpg', /empty/i],
		['tests/corpus/files/drawing.svg', /SVG/],
		['tests/fixtures/photos/no-face.jpg', /no face/i],
		['tests/fixtures/photos/two-faces.jpg', /2 faces/i]
	];
	for (const { file, outcome } of JSON.parse(
		await readFile('tests/corpus/outcomes.json', 'utf8')
	) as { file: string; outcome: string }[]) {
		const name = `tests/corpus/files/${file}`;
		if (cases.some(([known]) => known === name)) continue;
		if (outcome === 'photo-truncated') cases.push([name, /end of the file is missing/i]);
		if (outcome === 'photo-heic') cases.push([name, /HEIC/]);
		if (outcome === 'photo-too-many-pixels') cases.push([name, /too large/i]);
		if (outcome === 'photo-animated') cases.push([name, /moves/i]);
	}
	for (const [file, sentence] of cases) {
		await dialog.getByLabel('Photographs').last().setInputFiles(file);
		const row = dialog.locator('li', { hasText: file.split('/').at(-1)! }).last();
		await expect(row, file).toHaveAttribute('data-status', 'refused');
		await expect(row, file).toContainText(sentence);
	}
	await dialog
		.getByLabel('Photographs')
		.last()
		.setInputFiles('tests/fixtures/photos/astronaut.jpg');
	await expect(dialog.locator('li[data-status="kept"]')).toHaveCount(1);
});

test('cancel answers at once, never looks like success, and the next run works', async ({
	page,
	appUrl
}) => {
	await openStudio(page, appUrl);
	await shootButton(page).click();
	await expect(frames(page, 'exposing').first()).toBeVisible();
	await page.getByRole('button', { name: 'Cancel' }).click();
	await expect(frames(page, 'exposing')).toHaveCount(0, { timeout: 1000 });
	await expect(frames(page, 'stopped').first()).toBeVisible();
	await shootButton(page).click();
	await expect(frames(page, 'done').first()).toBeVisible({ timeout: 60_000 });
});

test('a worker killed mid-run: the frame says why, earlier frames stay, the next run works', async ({
	page,
	appUrl
}) => {
	await openStudio(page, appUrl);
	await shootButton(page).click();
	// Between two calls a dead worker is replaced and nothing fails: it has to be at work on the frame.
	await expect(frames(page, 'exposing').first()).toContainText(/step \d+ of \d+/);
	const worker = page.workers().find((candidate) => candidate.url().includes('portrait.worker'))!;
	await worker.evaluate(() => self.close());
	await expect(frames(page, 'failed').first()).toContainText('The darkroom stopped');
	await expect(frames(page, 'exposing')).toHaveCount(0, { timeout: 60_000 });
	const before = await frames(page, 'done').count();
	await shootButton(page).click();
	await expect
		.poll(() => frames(page, 'done').count(), { timeout: 60_000 })
		.toBeGreaterThan(before);
});

for (const path of ['', 'team', 'packs', 'privacy'])
	test(`axe finds nothing on /${path}`, async ({ page, appUrl }) => {
		await page.goto(`${appUrl}${path}`);
		await expect(page.getByRole('main')).toBeVisible();
		const result = await new AxeBuilder({ page }).analyze();
		expect(result.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
	});

test('initial JavaScript stays under 150 KB gzipped', async ({ page, appUrl }) => {
	const sizes: number[] = [];
	const pending: Promise<void>[] = [];
	let starting = true;
	page.on('worker', () => (starting = false));
	page.on('response', (response) => {
		if (!starting || !/\.m?js$/.test(new URL(response.url()).pathname)) return;
		pending.push(response.body().then((body) => void sizes.push(gzipSync(body).length)));
	});
	await page.goto(appUrl);
	await expect(page.getByText(/^Runs on this device/)).toBeVisible();
	await Promise.all(pending);
	const total = sizes.reduce((sum, size) => sum + size, 0);
	expect(sizes.length).toBeGreaterThan(0);
	expect(total).toBeLessThanOrEqual(150_000);
});
