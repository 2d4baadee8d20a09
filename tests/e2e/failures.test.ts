/** What breaks gets its code, nothing is lost, and the next run works. On the real pack, in the real app. */
import { chromium } from '@playwright/test';
import { CHROMIUM_FLAGS, systemChromium } from '../../scripts/chromium.mjs';
import { expect, openRunner, sampleSitter, shoot, test } from './support/app';

test('a corrupted model file is named before the runtime sees it; the next start works', async ({
	page,
	appUrl
}) => {
	let corrupted = 0;
	await page.context().route('**/packs/pocket/denoiser.onnx', async (route) => {
		const response = await route.fetch();
		const body = await response.body();
		body[Math.floor(body.length / 2)]! ^= 1; // one flipped bit
		corrupted += 1;
		await route.fulfill({ response, body });
	});
	await page.goto(`${appUrl}runner`);
	await page.waitForFunction(() => 'luxshotRunner' in window);
	const boot = () =>
		page.evaluate(() => window.luxshotRunner.boot({ device: null, pack: 'packs/pocket' }));
	const broken = await boot();
	expect(corrupted).toBe(1);
	expect(broken).toMatchObject({
		ok: false,
		error: { code: 'pack-file-corrupt', params: { file: 'denoiser.onnx' } }
	});
	await page.context().unroute('**/packs/pocket/denoiser.onnx');
	expect(await boot()).toMatchObject({ ok: true });
});

test('a missing pack is said plainly', async ({ page, appUrl }) => {
	await page.goto(`${appUrl}runner`);
	await page.waitForFunction(() => 'luxshotRunner' in window);
	const outcome = await page.evaluate(() =>
		window.luxshotRunner.boot({ device: null, pack: 'packs/none' })
	);
	expect(outcome).toMatchObject({ ok: false, error: { code: 'pack-download-failed' } });
});

test('a worker that dies mid-run rejects that run; the next one works', async ({
	page,
	appUrl
}) => {
	await openRunner(page, appUrl);
	const handles = await sampleSitter(page, 0);
	const worker = page.workers().find((candidate) => candidate.url().includes('portrait.worker'))!;
	const dying = page.evaluate((h) => {
		const direction = window.luxshotRunner.parseDirection('F1,S1');
		if (!direction.ok) return direction;
		return window.luxshotRunner.shootFrame({
			handles: h,
			direction: direction.value,
			seed: 1,
			steps: 100
		});
	}, handles);
	await page.waitForTimeout(300);
	await worker.evaluate(() => self.close());
	expect(await dying).toMatchObject({ ok: false, error: { code: 'worker-died' } });
	const next = await shoot(page, { handles, direction: 'F1,S1', seed: 1 });
	expect(next.png.length).toBeGreaterThan(10_000);
});

test('without a graphics adapter WASM is chosen by itself and the reason is told', async ({
	appUrl
}) => {
	// No unsafe-webgpu flag and no SwiftShader adapter: what a machine without a GPU gives.
	const browser = await chromium.launch({
		executablePath: systemChromium(),
		args: CHROMIUM_FLAGS.filter((flag) => !flag.includes('webgpu')).concat('--disable-gpu')
	});
	try {
		const page = await browser.newPage();
		await page.goto(`${appUrl}runner`);
		await page.waitForFunction(() => 'luxshotRunner' in window);
		const outcome = await page.evaluate(() =>
			window.luxshotRunner.boot({ device: null, pack: 'packs/pocket' })
		);
		if (!outcome.ok) throw new Error(outcome.error.code);
		expect(outcome.value.device.kind).toBe('wasm');
		expect(['no-webgpu', 'no-adapter', 'software-adapter']).toContain(outcome.value.device.reason);
		const handles = await sampleSitter(page, 0);
		expect(
			(await shoot(page, { handles, direction: 'F2,M3', seed: 2 })).png.length
		).toBeGreaterThan(10_000);
	} finally {
		await browser.close();
	}
});

test('a software adapter is passed over for WASM', async ({ page, appUrl }) => {
	await page.goto(`${appUrl}runner`);
	await page.waitForFunction(() => 'luxshotRunner' in window);
	const outcome = await page.evaluate(() =>
		window.luxshotRunner.boot({ device: null, pack: 'packs/pocket' })
	);
	expect(outcome).toMatchObject({
		ok: true,
		value: { device: { kind: 'wasm', reason: 'software-adapter', adapter: { software: true } } }
	});
});
