/** Fixtures shared by the end-to-end tests: a server over the build, and typed calls into the runner page. */
import { expect, test as base, type Page } from '@playwright/test';
import type { BootReport } from '../../../src/lib/contract/engine';
import type { Outcome } from '../../../src/lib/contract/worker-api';
import { serve } from '../../../scripts/serve.mjs';

export { expect } from '@playwright/test';

interface Fixtures {
	/** URL of the built app with its security headers, ending in a slash. */
	appUrl: string;
	/** Foreign requests seen since the page opened (any context, workers included). */
	foreignRequests: string[];
}

export const test = base.extend<Fixtures>({
	// eslint-disable-next-line no-empty-pattern
	appUrl: async ({}, use) => {
		const server = await serve({ dir: 'build', port: 0 });
		await use(server.url.endsWith('/') ? server.url : `${server.url}/`);
		await server.close();
	},
	foreignRequests: async ({ context, appUrl }, use) => {
		const foreign: string[] = [];
		context.on('request', (request) => {
			const url = new URL(request.url());
			if (url.protocol.startsWith('http') && url.origin !== new URL(appUrl).origin)
				foreign.push(url.href);
		});
		await use(foreign);
	}
});

/** The whole app is fetched a second time while two cores run the model: slow machines need a while. */
export const PATIENCE = { timeout: 90_000 };

/** Opens the studio and waits until the service worker holds everything. */
export async function visit(page: Page, appUrl: string): Promise<void> {
	await page.goto(appUrl);
	await expect(page.getByText(/^Runs on this device/)).toBeVisible(PATIENCE);
	await page.evaluate(() => navigator.serviceWorker.ready);
	await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

/** The value of an outcome; throws with the code when it failed. */
export function valueOf<T>(outcome: Outcome<T>): T {
	if (outcome.ok) return outcome.value;
	throw new Error(`${outcome.error.code} ${JSON.stringify(outcome.error.params)}`);
}

/** Opens the headless runner page and boots the engine on the embedded pack. */
export async function openRunner(page: Page, appUrl: string): Promise<BootReport> {
	await page.goto(`${appUrl}runner`);
	await page.waitForFunction(() => 'luxshotRunner' in window);
	return valueOf(
		await page.evaluate(() => window.luxshotRunner.boot({ device: null, pack: 'packs/pocket' }))
	);
}

/** Handles of a sample sitter's references, by its place in the list. */
export async function sampleSitter(page: Page, index: number): Promise<number[]> {
	const outcome = await page.evaluate(async (i) => {
		const sitters = await window.luxshotRunner.sitters();
		return window.luxshotRunner.readSample(sitters[i]!.id);
	}, index);
	return valueOf(outcome).map((reference) => reference.handle);
}

export interface Shot {
	png: Buffer;
	likeness: number | null;
	milliseconds: number;
}

/** One portrait through the runner. `direction` as on the command line, for example `F5,S4,Y7,M9,P7,L4`. */
export async function shoot(
	page: Page,
	request: { handles: number[]; direction: string; seed: number; identityStrength?: number }
): Promise<Shot> {
	const outcome = await page.evaluate(async ({ direction, ...rest }) => {
		const parsed = window.luxshotRunner.parseDirection(direction);
		if (!parsed.ok) return parsed;
		return window.luxshotRunner.shootFrame({ ...rest, direction: parsed.value });
	}, request);
	const frame = valueOf(outcome);
	return {
		png: Buffer.from(frame.base64, 'base64'),
		likeness: frame.likeness,
		milliseconds: frame.timings.totalMilliseconds
	};
}

/** Mean absolute difference of two PNGs of one size, in 8-bit levels, decoded by the page. */
export async function meanDifference(page: Page, a: Buffer, b: Buffer): Promise<number> {
	return page.evaluate(
		async ([left, right]) => {
			const pixels = async (text: string) => {
				const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
				const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
				const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
				const context = canvas.getContext('2d')!;
				context.drawImage(bitmap, 0, 0);
				bitmap.close();
				return context.getImageData(0, 0, canvas.width, canvas.height).data;
			};
			const [p, q] = [await pixels(left!), await pixels(right!)];
			let sum = 0;
			for (let i = 0; i < p.length; i++) sum += Math.abs(p[i]! - q[i]!);
			return (sum / p.length) * (4 / 3);
		},
		[a.toString('base64'), b.toString('base64')]
	);
}

/** In the open studio: the photograph of a real face becomes a sitter. */
export async function addSitter(page: Page): Promise<void> {
	await page.getByRole('button', { name: 'Use your own face' }).first().click();
	const dialog = page.getByRole('dialog');
	await dialog.getByRole('checkbox').check();
	await dialog
		.getByLabel('Photographs')
		.last()
		.setInputFiles('tests/fixtures/photos/astronaut.jpg');
	await expect(dialog.locator('li[data-status="kept"]')).toHaveCount(1);
	await dialog.getByRole('button', { name: 'Use this photograph' }).click();
}
