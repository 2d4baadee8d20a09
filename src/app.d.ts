import type { LuxShotRunner } from './routes/runner/runner';

declare global {
	namespace App {}

	interface Window {
		/** Present on the headless `runner` page only, which `npm run shoot` and end-to-end tests drive. */
		luxshotRunner: LuxShotRunner;
	}
}

export {};
