import { defineConfig } from '@playwright/test';
import { CHROMIUM_FLAGS, systemChromium } from './scripts/chromium.mjs';

/** End-to-end tests: the built app, the real embedded pack, real Chromium. One worker: two cores, one model. */
export default defineConfig({
	testDir: 'tests',
	testMatch: ['e2e/*.test.ts', 'bench/*.test.ts'],
	workers: 1,
	fullyParallel: false,
	timeout: 120_000,
	expect: { timeout: 30_000 },
	reporter: [['list']],
	outputDir: 'test-results',
	use: {
		launchOptions: { executablePath: systemChromium(), args: CHROMIUM_FLAGS },
		viewport: { width: 1440, height: 900 },
		// Tests that break files on their way need to see every request; offline.test.ts turns them on.
		serviceWorkers: 'block'
	}
});
