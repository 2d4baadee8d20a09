/** How long the sealed worker takes to read a face, on the machine the tests run on (docs/benchmarks.md). */
import { expect, openRunner, test, valueOf } from '../e2e/support/app';

/** Milliseconds on two cores. */
const LIMITS = { 'detect-face': 150, 'encode-identity': 300 } as const;

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

test('a face is found and measured in 150 ms, and embedded in 300 ms', async ({ page, appUrl }) => {
	await openRunner(page, appUrl);
	const read = async () => {
		const sitters = await page.evaluate(() => window.luxshotRunner.sitters());
		const all = [];
		for (const { id } of sitters) {
			const photos = await page.evaluate((name) => window.luxshotRunner.readSample(name), id);
			all.push(...valueOf(photos));
		}
		return all;
	};
	// The first round pays for what is compiled on first use.
	await read();
	const photos = await read();
	expect(photos).toHaveLength(18);
	for (const [stage, limit] of Object.entries(LIMITS)) {
		const times = photos.map(({ stages }) => stages[stage as keyof typeof LIMITS]!);
		console.log(`${stage}: median ${median(times).toFixed(0)} ms of ${times.length}`);
		expect(median(times), stage).toBeGreaterThan(0);
		expect(median(times), stage).toBeLessThanOrEqual(limit);
	}
});
