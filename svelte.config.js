import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

// Another folder lets a second build stand beside the first (tests/e2e/base-path.test.ts).
const out = process.env.BUILD_DIR ?? 'build';

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	kit: {
		adapter: adapter({ pages: out, assets: out, strict: true }),
		// Any base path: `BASE_PATH=/portraits npm run build`. Relative asset URLs keep the rest portable.
		paths: { base: /** @type {'' | `/${string}`} */ (process.env.BASE_PATH ?? ''), relative: true },
		// Styles travel in the page: on a slow network each file would hold the first paint up by a round trip.
		inlineStyleThreshold: 32_000,
		alias: { $workers: 'workers' },
		// Registered by src/lib/offline/install.ts once the engine is ready: its files are in the browser's cache then.
		serviceWorker: { register: false },
		// Only hashes are added by Kit; every source of network access is closed here. Headers in
		// static/_headers add what a <meta> policy cannot say (frame-ancestors, worker sealing).
		csp: {
			mode: 'hash',
			directives: {
				'default-src': ['none'],
				'script-src': ['self', 'wasm-unsafe-eval'],
				'connect-src': ['self'],
				'img-src': ['self', 'blob:', 'data:'],
				'style-src': ['self'],
				'font-src': ['self'],
				'worker-src': ['self'],
				'manifest-src': ['self'],
				'base-uri': ['none'],
				'form-action': ['none']
			}
		},
		typescript: {
			config(config) {
				// Workers have their own project (workers/tsconfig.json): no DOM types there, no WebWorker types here.
				config.include = [
					'ambient.d.ts',
					'non-ambient.d.ts',
					'./types/**/$types.d.ts',
					'../vite.config.ts',
					'../playwright.config.ts',
					'../src/**/*.ts',
					'../src/**/*.svelte',
					'../tests/**/*.ts'
				];
				config.exclude = [
					'../node_modules/**',
					'../src/service-worker.ts',
					'../tests/golden/**',
					'../tests/browser/**',
					'../tests/unit/workers/**'
				];
				return config;
			}
		}
	}
};
