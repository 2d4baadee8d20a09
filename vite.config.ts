import { sveltekit } from '@sveltejs/kit/vite';
import { playwright } from '@vitest/browser-playwright';
import { existsSync } from 'node:fs';
import { defaultClientConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { fakeHub } from './scripts/fake-hub-plugin.mjs';
import { plainAnnouncer } from './scripts/plain-announcer.mjs';
import { sealedWorkers } from './scripts/sealed-workers.mjs';

// The system's Chromium when there is one (CI, Debian); Playwright's own elsewhere.
const systemChromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) =>
	existsSync(path)
);
const chromiumFlags = [
	'--no-sandbox',
	'--enable-unsafe-webgpu',
	'--use-webgpu-adapter=swiftshader',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	'--no-first-run',
	'--disable-quic'
];
// SharedArrayBuffer, and with it multi-threaded WASM, needs cross-origin isolation.
const isolation = {
	'Cross-Origin-Opener-Policy': 'same-origin',
	'Cross-Origin-Embedder-Policy': 'require-corp'
};

/** Tests that run in real Chromium; every project has a Chromium of its own. */
const inChromium = (name: string, include: string) => ({
	extends: true as const,
	test: {
		name,
		include: [include],
		testTimeout: 240_000, // SwiftShader compiles shaders slowly, on shared machines
		fileParallelism: false,
		browser: {
			enabled: true,
			headless: true,
			screenshotFailures: false,
			provider: playwright({
				launchOptions: {
					...(systemChromium ? { executablePath: systemChromium } : {}),
					args: chromiumFlags
				}
			}),
			instances: [{ browser: 'chromium' as const }]
		}
	}
});

export default defineConfig({
	plugins: [plainAnnouncer(), sealedWorkers(), fakeHub(), sveltekit()],
	// ORT's loader without its embedded module: workers/runtime/ort.ts names every file it may load.
	resolve: { conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions] },
	worker: { format: 'es' },
	build: {
		target: 'es2023',
		chunkSizeWarningLimit: 1200,
		rolldownOptions: {
			output: {
				// A dozen pieces of a few hundred bytes would each cost a slow phone a round trip.
				codeSplitting: {
					groups: [
						{
							name: 'framework',
							test: /node_modules\/(svelte|@sveltejs\/kit|esm-env|clsx|valibot)\//
						},
						{ name: 'base', test: /src\/lib\/(contract|direction)\// }
					]
				}
			}
		}
	},
	// Found in the middle of a run, these would reload its page: a worker imports them late.
	optimizeDeps: {
		exclude: ['onnxruntime-web'],
		include: ['@noble/hashes/sha2.js', '@huggingface/hub']
	},
	server: { headers: isolation, fs: { allow: ['workers', 'models', 'tests'] } },
	preview: { headers: isolation },
	test: {
		projects: [
			{
				extends: true,
				test: {
					name: 'unit',
					environment: 'node',
					include: ['tests/unit/**/*.test.ts'],
					testTimeout: 30_000 // shared machines
				}
			},
			{
				extends: true,
				test: { name: 'golden', environment: 'node', include: ['tests/golden/**/*.test.ts'] }
			},
			inChromium('browser', 'tests/browser/**/*.test.ts'),
			inChromium('ui', 'tests/ui/**/*.test.ts')
		]
	}
});
