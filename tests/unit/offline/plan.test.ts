import { offlineList, pageKey } from '$lib/offline/plan';
import { describe, expect, it } from 'vitest';

const app = {
	build: [
		'/portraits/_app/immutable/entry/start.abc.js',
		'/portraits/_app/immutable/assets/ort-wasm-simd-threaded.jspi.111.wasm',
		'/portraits/_app/immutable/assets/ort-wasm-simd-threaded.jspi.222.mjs',
		'/portraits/_app/immutable/assets/ort-wasm-simd-threaded.333.wasm',
		'/portraits/_app/immutable/assets/ort-wasm-simd-threaded.444.mjs'
	],
	files: [
		'/portraits/_headers',
		'/portraits/packs/packs.json',
		'/portraits/packs/pocket/denoiser.onnx',
		'/portraits/packs/photoreal/denoiser.onnx',
		'/portraits/packs/photoreal/recipe.json',
		'/portraits/icon.svg'
	],
	prerendered: ['/portraits/', '/portraits/packs/', '/portraits/privacy/', '/portraits/runner/']
};

describe('offlineList', () => {
	it.each([
		[true, ['jspi.111.wasm', 'jspi.222.mjs']],
		[false, ['threaded.333.wasm', 'threaded.444.mjs']]
	])('keeps one runtime (stack switching: %s)', (suspending, endings) => {
		const kept = offlineList(app, { suspending }).filter((path) => path.includes('ort-wasm'));
		expect(kept).toHaveLength(2);
		for (const ending of endings) expect(kept.some((path) => path.endsWith(ending))).toBe(true);
	});
	it('keeps pages, code and the pack, and leaves tools and server configuration out', () => {
		const list = offlineList(app, { suspending: true });
		expect(list).toContain('/portraits/');
		expect(list).toContain('/portraits/packs/pocket/denoiser.onnx');
		expect(list.join()).not.toMatch(/runner|_headers/);
	});
	it('leaves the graphs of packs that can be taken in where they are, but not their list', () => {
		const packs = offlineList(app, { suspending: true }).filter((path) => path.includes('packs'));
		expect(packs.sort()).toEqual([
			'/portraits/packs/',
			'/portraits/packs/packs.json',
			'/portraits/packs/pocket/denoiser.onnx'
		]);
	});
	it('names everything once', () => {
		const list = offlineList({ ...app, files: [...app.files, ...app.files] }, { suspending: true });
		expect(new Set(list).size).toBe(list.length);
	});
});

describe('pageKey', () => {
	it.each([
		['/', '/'],
		['/index.html', '/'],
		['/privacy', '/privacy/'],
		['/privacy/', '/privacy/'],
		['/privacy/index.html', '/privacy/']
	])('%s is the page %s', (path, key) => expect(pageKey(path)).toBe(key));
});
