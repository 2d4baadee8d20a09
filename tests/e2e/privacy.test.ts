/** Acceptance checks 1-3 of the privacy design: nothing leaves, the seal is tested, a missing seal fails closed. */
import { serve } from '../../scripts/serve.mjs';
import { expect, openRunner, sampleSitter, shoot, test } from './support/app';

test('the sealed worker is refused every way out, and says so', async ({
	page,
	appUrl,
	foreignRequests
}) => {
	await page.goto(`${appUrl}runner`);
	await page.waitForFunction(() => 'luxshotRunner' in window);
	const outcome = await page.evaluate(() =>
		window.luxshotRunner.boot({ device: null, pack: 'packs/pocket' })
	);
	if (!outcome.ok) throw new Error(outcome.error.code);
	const { seal } = outcome.value;
	expect(seal.sealed).toBe(true);
	expect(seal.attempts.map((attempt) => attempt.what).sort()).toEqual([
		'fetch-foreign',
		'fetch-own-origin',
		'websocket'
	]);
	expect(seal.attempts.every((attempt) => attempt.refused)).toBe(true);

	// The test's own attempts, from inside the live worker: not the app's word for it.
	const worker = page.workers().find((candidate) => candidate.url().includes('portrait.worker'));
	expect(worker).toBeDefined();
	const escapes = await worker!.evaluate(async (own) => {
		const tries = {
			foreign: () => fetch('https://example.com/canary', { mode: 'no-cors' }),
			own: () => fetch(own),
			xhr: () =>
				new Promise((resolve, reject) => {
					const request = new XMLHttpRequest();
					request.onload = resolve;
					request.onerror = () => reject(new Error('refused'));
					request.open('GET', own);
					request.send();
				}),
			imported: () => import(/* @vite-ignore */ 'https://example.com/canary.js' as string)
		};
		const escaped: string[] = [];
		for (const [name, attempt] of Object.entries(tries))
			await attempt().then(
				() => escaped.push(name),
				() => undefined
			);
		return escaped;
	}, `${appUrl}manifest-canary`);
	expect(escapes).toEqual([]);
	// A request that a policy refuses is still listed by the browser's tooling; none may have been answered.
	expect(foreignRequests.filter((url) => !url.includes('canary'))).toEqual([]);
});

test('the page itself may reach its own origin only', async ({ page, appUrl }) => {
	await page.goto(`${appUrl}runner`);
	const reached = await page.evaluate(async () => {
		try {
			await fetch('https://example.com/', { mode: 'no-cors' });
			return 'foreign host';
		} catch {
			return 'nothing';
		}
	});
	expect(reached).toBe('nothing');
	const violation = await page.evaluate(
		() =>
			new Promise<string>((resolve) => {
				document.addEventListener('securitypolicyviolation', (event) =>
					resolve(event.effectiveDirective)
				);
				void fetch('https://example.com/', { mode: 'no-cors' }).catch(() => undefined);
			})
	);
	expect(violation, 'refused by policy, not by a missing network').toBe('connect-src');
});

test('a host that drops the worker policy gets no faces', async ({ page }) => {
	const server = await serve({
		dir: 'build',
		port: 0,
		headers: (pathname, headers) => {
			if (!pathname.includes('portrait.worker')) return headers;
			return Object.fromEntries(
				Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-security-policy')
			);
		}
	});
	try {
		await page.goto(`${server.url}runner`);
		await page.waitForFunction(() => 'luxshotRunner' in window);
		const outcome = await page.evaluate(() =>
			window.luxshotRunner.boot({ device: null, pack: 'packs/pocket' })
		);
		expect(outcome.ok).toBe(false);
		if (!outcome.ok) expect(outcome.error.code).toBe('seal-broken');
		const sample = await page.evaluate(async () => {
			const [first] = await window.luxshotRunner.sitters();
			return window.luxshotRunner.readSample(first!.id);
		});
		expect(sample.ok, 'no photograph is read by an unsealed worker').toBe(false);
	} finally {
		await server.close();
	}
});

test('works without cross-origin isolation: one thread, same portrait path', async ({ page }) => {
	const server = await serve({
		dir: 'build',
		port: 0,
		headers: (_, headers) =>
			Object.fromEntries(
				Object.entries(headers).filter(([name]) => !name.toLowerCase().startsWith('cross-origin-'))
			)
	});
	try {
		await openRunner(page, server.url);
		expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
		const handles = await sampleSitter(page, 0);
		const shot = await shoot(page, { handles, direction: 'F1,S1', seed: 1 });
		expect(shot.png.subarray(1, 4).toString()).toBe('PNG');
	} finally {
		await server.close();
	}
});
