import type { AssemblyRecipe } from '$lib/contract/assembly-recipe';
import { toWireError } from '$lib/contract/errors';
import { listInstalled } from '$workers/assembly/installed';
import { PauseGate } from '$workers/assembly/pause-gate';
import { MemoryRoot } from '$workers/assembly/sink/memory';
import { discard, install, type Installation } from '$workers/assembly/source/install';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubServer, type Mischief } from './hub-server';
import { toyTemplate } from './toy-template';
import { safetensors } from './safetensors-file';
import { SOURCES, toyPack, type SourceId } from './toy-pack';

const { recipe, files } = toyPack();
const patience = { attempts: 3, firstWait: 1, longestWait: 1500, stall: 150 };
const text = (change: (recipe: AssemblyRecipe) => unknown = () => undefined) => {
	const copy = structuredClone(recipe);
	change(copy);
	return JSON.stringify(copy);
};
/** Without hashes in the recipe, and none on the hub: read where it is. */
const unhashed = (r: AssemblyRecipe) => r.sources.forEach((source) => (source.sha256 = null));

let server: HubServer;
let url: string;
let contents: Map<string, Uint8Array>;

beforeEach(async () => {
	contents = new Map(
		recipe.sources.map(({ id, repository, path }) => [
			`${repository}/${path}`,
			SOURCES[id as SourceId]
		])
	);
	server = new HubServer(contents);
	url = await server.start();
});
afterEach(() => server.stop());

const run = (root: MemoryRoot, changes: Partial<Installation> = {}) =>
	install({
		recipeText: text(),
		...toyTemplate(),
		chosen: [],
		root,
		hub: { url, patience, fetch },
		gate: new PauseGate(),
		signal: new AbortController().signal,
		onProgress: () => undefined,
		now: () => performance.now(),
		date: () => 1,
		...changes
	});
async function outcome(task: Promise<unknown>): Promise<string> {
	try {
		await task;
		return 'installed';
	} catch (error) {
		const { code, params } = toWireError(error);
		const detail = 'status' in params ? params.status : 'seconds' in params ? params.seconds : '';
		return `${code} ${detail}`.trim();
	}
}

async function expectWhole(root: MemoryRoot): Promise<void> {
	const [name, ...others] = await listInstalled(root);
	expect(others).toEqual([]);
	const folder = await root.open(name!);
	for (const [path, bytes] of files)
		expect(await folder.read(path, 0, bytes.length)).toEqual(bytes);
	for (const { id } of recipe.sources) expect(await folder.size(`source-${id}.part`)).toBeNull();
}

describe('a hub that behaves', () => {
	it('gives the pack, each byte of each file once', async () => {
		const root = new MemoryRoot();
		await run(root);
		await expectWhole(root);
		expect(server.requests.map(({ range }) => range)).toEqual(
			recipe.sources.map(({ bytes }) => `bytes=0-${bytes - 1}`)
		);
	});

	it('is asked nothing for a pack that is there', async () => {
		const root = new MemoryRoot();
		await run(root);
		server.requests.length = 0;
		await run(root);
		expect(server.requests).toEqual([]);
	});

	it('may redirect to another place', async () => {
		server.mischief = (request, response) => {
			if (request.url!.startsWith('/cdn')) return;
			response.writeHead(302, { location: `/cdn${request.url}` }).end();
			return true;
		};
		const root = new MemoryRoot();
		await run(root);
		await expectWhole(root);
	});

	it('may be a plain mirror without an API where the recipe knows the hashes, not elsewhere', async () => {
		server.info = { status: 404 };
		const root = new MemoryRoot();
		await run(root);
		await expectWhole(root);
		expect(await outcome(run(new MemoryRoot(), { recipeText: text(unhashed) }))).toBe(
			'source-refused 404'
		);
	});

	it('whose own hashes are used where the recipe has none', async () => {
		await run(new MemoryRoot(), { recipeText: text(unhashed) });
		server.info = { oid: '0'.repeat(64) };
		expect(await outcome(run(new MemoryRoot(), { recipeText: text(unhashed) }))).toBe(
			'source-wrong-hash'
		);
	});

	it('is read tensor by tensor, in few requests, where nobody knows a hash', async () => {
		server.info = { lfs: false };
		const root = new MemoryRoot();
		await run(root, { recipeText: text(unhashed) });
		expect(await listInstalled(root)).toHaveLength(1);
		expect(server.requests.length).toBeLessThan(12);
	});
});

const latin = (codes: string) => Uint8Array.from(codes, (code) => code.charCodeAt(0));

/** Sends only the first `part` bytes, then hangs up. */
const cut =
	(part: number): Mischief =>
	(_, response, { bytes, first, last }) => {
		response.writeHead(206, server.headers(bytes, first, last));
		response.write(bytes.subarray(first, Math.min(first + part, last + 1)), () =>
			response.destroy()
		);
		return true;
	};

describe('a hub that does not', () => {
	it.each<[string, string, Mischief, Partial<HubServer['info']>?]>([
		['hangs up at once, every time', 'source-unreachable 0', (_, response) => !!response.destroy()],
		['hangs up in the middle, every time', 'source-unreachable 0', (...all) => cut(100)(...all)],
		['says 500', 'source-unreachable 500', (_, response) => !!response.writeHead(500).end()],
		[
			'says 503 with no word',
			'source-unreachable 503',
			(_, response) => !!response.writeHead(503).end()
		],
		['says 404', 'source-refused 404', (_, response) => !!response.writeHead(404).end()],
		['wants an account', 'source-refused 401', (_, response) => !!response.writeHead(401).end()],
		[
			'asks to wait for an hour',
			'source-busy 3600',
			(_, response) => !!response.writeHead(429, { 'retry-after': '3600' }).end()
		],
		[
			'answers the whole file',
			'source-no-ranges',
			(_, response, { bytes }) => !!response.writeHead(200).end(bytes)
		],
		[
			'answers another range',
			'source-no-ranges',
			(_, response, { bytes, last }) =>
				!!response.writeHead(206, server.headers(bytes, 1, last)).end(bytes.subarray(1, last + 1))
		],
		[
			'does not say which range',
			'source-no-ranges',
			(_, response, { bytes }) => !!response.writeHead(206, { etag: '"x"' }).end(bytes)
		],
		[
			'has a longer file',
			'source-wrong-size',
			(_, response, { bytes, first, last }) =>
				!!response
					.writeHead(206, {
						...server.headers(bytes, first, last),
						'content-range': `bytes ${first}-${last}/${bytes.length + 1}`
					})
					.end(bytes)
		],
		[
			'sends more than it says',
			'source-wrong-size',
			(_, response, { bytes, first, last }) => {
				const headers = server.headers(bytes, first, last);
				delete headers['content-length'];
				response.writeHead(206, headers).write(bytes);
				response.end(bytes);
				return true;
			}
		],
		[
			'has a shorter file',
			'source-wrong-size',
			(_, response) => !!response.writeHead(416, { 'content-range': 'bytes */5' }).end()
		],
		[
			'redirects for ever',
			'source-unreachable 0',
			(r, response) => !!response.writeHead(302, { location: r.url }).end()
		],
		['never answers', 'source-stalled 1', () => true],
		[
			'stops in the middle',
			'source-stalled 1',
			(_, response, { bytes, first, last }) => {
				response
					.writeHead(206, server.headers(bytes, first, last))
					.write(bytes.subarray(first, first + 9));
				return true;
			}
		],
		[
			'changes a bit',
			'source-wrong-hash',
			(_, response, { bytes, first, last }) => {
				const wrong = bytes.slice(first, last + 1);
				wrong[wrong.length >> 1]! ^= 4;
				return !!response.writeHead(206, server.headers(bytes, first, last)).end(wrong);
			}
		],
		['states another hash', 'source-wrong-hash', () => undefined, { oid: 'a'.repeat(64) }],
		['states another length', 'source-wrong-size', () => undefined, { size: 7 }],
		[
			'changes the file half-way',
			'source-changed',
			(request, response, file) => {
				if (file.count > 1) server.etagSuffix = 'new';
				return file.count === 1 ? cut(200)(request, response, file) : undefined;
			}
		],
		[
			'changes the file half-way and sends all of the new one',
			'source-changed',
			(request, response, file) =>
				file.count === 1
					? cut(200)(request, response, file)
					: !!response.writeHead(200, { etag: '"new"' }).end(file.bytes)
		]
	])('%s: %s, and nothing is committed', async (_, code, mischief, info = {}) => {
		server.mischief = mischief;
		server.info = info;
		const root = new MemoryRoot();
		expect(await outcome(run(root))).toBe(code);
		expect(await listInstalled(root)).toEqual([]);
		// Nothing of another file, or of a wrong one, is kept to go on with.
		if (/changed|wrong/.test(code)) expect(await root.list()).toEqual([]);
	});

	it.each<[string, Mischief]>([
		['hangs up now and then', (r, s, file) => (file.count % 2 ? cut(700)(r, s, file) : undefined)],
		[
			'asks to wait a little',
			(_, response, { count }) =>
				count === 1 && !!response.writeHead(429, { 'retry-after': '1' }).end()
		],
		['stumbles', (_, response, { count }) => count < 3 && !!response.writeHead(502).end()]
	])('that %s is borne', async (_, mischief) => {
		server.mischief = mischief;
		const root = new MemoryRoot();
		await run(root);
		await expectWhole(root);
	});

	it('that asks to wait until a date is taken at its word', async () => {
		const date = new Date(Date.now() + 86_400_000).toUTCString();
		server.mischief = (_, response) => !!response.writeHead(429, { 'retry-after': date }).end();
		expect(await outcome(run(new MemoryRoot()))).toMatch(/^source-busy 86(399|400)$/);
	});

	it('that is not there', async () => {
		await server.stop();
		expect(await outcome(run(new MemoryRoot()))).toBe('source-unreachable 0');
	});

	it.each<[string, string, Uint8Array]>([
		['a hostile pickle', 'checkpoint-unsafe', latin('\x80\x02cos\nsystem\n.')],
		['half a pickle', 'checkpoint-unreadable', latin('\x80\x02}')]
	])('that serves %s: %s', async (_, code, pickle) => {
		const { zipFile } = await import('./zip-file');
		const bytes = zipFile([{ name: 'a/data.pkl', data: pickle }]);
		contents.set('publisher/adapter/adapter.bin', bytes);
		const recipeText = text((r) =>
			Object.assign(r.sources[2]!, { bytes: bytes.length, sha256: null })
		);
		const root = new MemoryRoot();
		expect(await outcome(run(root, { recipeText }))).toBe(code);
		expect(await root.list()).toEqual([]);
	});

	it('that serves a checkpoint with another shape', async () => {
		const bytes = safetensors(
			new Map([
				['up', { dtype: 'F32', shape: [2, 5], bytes: new Uint8Array(40) }],
				['down', { dtype: 'F32', shape: [2, 4], bytes: new Uint8Array(32) }]
			])
		);
		contents.set('publisher/lora/lora/model.safetensors', bytes);
		const recipeText = text((r) =>
			Object.assign(r.sources[1]!, { bytes: bytes.length, sha256: null })
		);
		const root = new MemoryRoot();
		expect(await outcome(run(root, { recipeText }))).toBe('checkpoint-tensor-wrong');
		expect(await root.list()).toEqual([]);
	});
});

describe('an installation that is ended', () => {
	it('goes on at the byte where it stopped, after a crash too', async () => {
		const root = new MemoryRoot();
		server.mischief = (...all) => (all[2].count >= 2 ? !!all[1].destroy() : undefined);
		expect(await outcome(run(root))).toBe('source-unreachable 0');
		server.mischief = () => undefined;
		server.requests.length = 0;
		const after = root.afterCrash();
		await run(after);
		await expectWhole(after);
		expect(server.requests.map(({ path }) => path)).toEqual([
			'lora/model.safetensors',
			'adapter.bin'
		]);
	});

	it('is stopped in the middle of a request, and installs later', async () => {
		const root = new MemoryRoot();
		const controller = new AbortController();
		server.mischief = (_, __, { count }) => {
			if (count === 2) controller.abort();
			return count === 2;
		};
		expect(await outcome(run(root, { signal: controller.signal }))).toBe('cancelled');
		expect(await listInstalled(root)).toEqual([]);
		server.mischief = () => undefined;
		await run(root);
		await expectWhole(root);
	});

	it('can be thrown away', async () => {
		const root = new MemoryRoot();
		const controller = new AbortController();
		server.mischief = () => {
			controller.abort();
			return true;
		};
		expect(await outcome(run(root, { signal: controller.signal }))).toBe('cancelled');
		expect(await root.list()).toHaveLength(1);
		await discard(text(), root);
		expect(await root.list()).toEqual([]);
	});
});
