/** Offers as a build brings them: the real fixture, a build without any, and damaged ones. */
import { readOffers, sourcesOf } from '$lib/state/pack-offers';
import { isHub, ownHub } from '$lib/state/hubs';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';

const BASE = 'https://studio.example/app/';
const fixture = (name: string) =>
	readFile(new URL(`../../fixtures/packs/micro-clip/pack/${name}`, import.meta.url), 'utf8');

/** @param files by path under `packs/` */
function serve(files: Record<string, string>): void {
	vi.stubGlobal('fetch', async (url: URL) => {
		const text = files[url.href.slice(`${BASE}packs/`.length)];
		return text === undefined ? new Response('', { status: 404 }) : new Response(text);
	});
}

afterEach(() => vi.unstubAllGlobals());

describe('readOffers', () => {
	it('reads what a pack costs from its own files', async () => {
		const [manifest, recipe] = [await fixture('manifest.json'), await fixture('recipe.json')];
		serve({
			'packs.json': JSON.stringify({ offers: ['micro-clip'] }),
			'micro-clip/manifest.json': manifest,
			'micro-clip/recipe.json': recipe
		});
		const { offers, error } = await readOffers(BASE);
		expect(error).toBeNull();
		const [offer] = offers;
		expect(offer?.url).toBe(`${BASE}packs/micro-clip/`);
		expect(offer?.folder).toBe(createHash('sha256').update(recipe).digest('hex'));
		const { sources } = JSON.parse(recipe) as { sources: { bytes: number }[] };
		expect(offer?.fetchBytes).toBe(sources.reduce((sum, { bytes }) => sum + bytes, 0));
		expect(offer?.packBytes).toBe((JSON.parse(manifest) as { totalBytes: number }).totalBytes);
		expect(offer?.sources.map(({ licences }) => licences)).toEqual(sources.map(() => ['CC0-1.0']));
	});

	it('counts weights that the template does not list yet', async () => {
		const [manifest, recipe] = [await fixture('manifest.json'), await fixture('recipe.json')];
		const template = JSON.parse(manifest) as { files: { path: string }[]; totalBytes: number };
		template.files = template.files.filter(({ path }) => !path.endsWith('.weights'));
		serve({
			'packs.json': JSON.stringify({ offers: ['micro-clip'] }),
			'micro-clip/manifest.json': JSON.stringify(template),
			'micro-clip/recipe.json': recipe
		});
		expect((await readOffers(BASE)).offers[0]?.packBytes).toBe(template.totalBytes);
	});

	it('takes a build without a list for one without offers', async () => {
		serve({});
		expect(await readOffers(BASE)).toEqual({ offers: [], error: null });
	});

	it('keeps the good offers beside a damaged one, and says why that is missing', async () => {
		serve({
			'packs.json': JSON.stringify({ offers: ['broken', 'micro-clip'] }),
			'broken/manifest.json': '{"formatVersion": 1',
			'micro-clip/manifest.json': await fixture('manifest.json'),
			'micro-clip/recipe.json': await fixture('recipe.json')
		});
		const { offers, error } = await readOffers(BASE);
		expect(offers).toHaveLength(1);
		expect(error?.code).toBe('pack-manifest-invalid');
	});

	it('without a network is an error, and no build without offers', async () => {
		vi.stubGlobal('fetch', () => Promise.reject(new TypeError('offline')));
		expect((await readOffers(BASE)).error).toEqual({
			code: 'pack-download-failed',
			params: { file: 'packs.json', status: 0 }
		});
	});
});

describe('sourcesOf', () => {
	it('goes by the names of publishers, and else by the files that the weights fill', () => {
		const source = (id: string) => ({
			id,
			repository: `p/${id}`,
			revision: 'a'.repeat(40),
			path: 'm.bin',
			bytes: 1,
			sha256: null,
			format: 'torch' as const,
			unused: []
		});
		const weight = (from: string, file: string) => ({
			inputs: [{ source: from, tensor: 'w', dtype: 'F32' as const, shape: [1], steps: [] }],
			combine: null,
			steps: [],
			encoding: { kind: 'copy' as const },
			outputs: [{ part: 'values' as const, initializer: 'w', file, offset: 0, bytes: 4 }]
		});
		const licence = (name: string, files: string[]) => ({
			name,
			url: '',
			summary: '',
			nonCommercial: false,
			files
		});
		const sources = sourcesOf(
			{
				sources: [source('one'), source('two')],
				weights: [weight('one', 'a.weights'), weight('two', 'b.weights')]
			},
			{ licences: [licence('A', ['a.weights', 'b.weights']), licence('B', ['p/two/m.bin'])] }
		);
		expect(sources.map(({ licences }) => licences)).toEqual([['A'], ['B']]);
	});
});

describe('addresses of the hub', () => {
	it('are the publishers hub, its mirror, and places of our own origin', () => {
		for (const hub of ['https://huggingface.co', 'https://hf-mirror.com', ownHub(BASE)])
			expect(isHub(hub, BASE), hub).toBe(true);
		expect(ownHub(BASE)).toBe(`${BASE}hub`);
		for (const hub of [
			'http://huggingface.co',
			'https://example.com',
			'javascript:1',
			'',
			`${BASE}`
		])
			expect(isHub(hub, BASE), hub).toBe(false);
	});
});
