/** The whole way in Node, with the micro pack: what the app brings, the publishers' files, and what is kept in the end. */
import { toWireError } from '$lib/contract/errors';
import type { PackManifest } from '$lib/contract/manifest';
import { describeKept, listKept, openKept, removeKept, verifyKept } from '$workers/assembly/kept';
import { PauseGate } from '$workers/assembly/pause-gate';
import { install, type Installation } from '$workers/assembly/source/install';
import { openAsBlob, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveHub, type Faults } from '../../../scripts/fake-hub.mjs';
import { nodeRoot } from './node-root';
import { sha256 } from './toy-pack';

const FIXTURE = 'tests/fixtures/packs/micro-clip';
const recipeText = readFileSync(`${FIXTURE}/pack/recipe.json`, 'utf8');
const recipe = JSON.parse(recipeText) as {
	files: { path: string }[];
	sources: { repository: string; path: string; bytes: number }[];
};
const FOLDER = sha256(recipeText);
const patience = { attempts: 2, firstWait: 1, longestWait: 10, stall: 2000 };
const never = new AbortController().signal;
const silent = () => undefined;
const run = { signal: never, onProgress: silent, now: () => performance.now() };

let directory: string;
let server: Awaited<ReturnType<typeof serveHub>>;
beforeEach(async () => {
	directory = mkdtempSync(join(tmpdir(), 'luxshot-kept-'));
	server = await serveHub({ dir: `${FIXTURE}/hub` });
});
afterEach(async () => {
	await server.close();
	rmSync(directory, { recursive: true });
});

/** As the app has it, changed. */
function template(change: (manifest: PackManifest) => unknown = silent) {
	const manifest = JSON.parse(
		readFileSync(`${FIXTURE}/pack/manifest.json`, 'utf8')
	) as PackManifest;
	change(manifest);
	return new TextEncoder().encode(JSON.stringify(manifest));
}
const assembled = new Set(recipe.files.map(({ path }) => path));
/** Nobody has assembled it before. */
const withoutWeights = (manifest: PackManifest) => {
	manifest.files = manifest.files.filter(({ path }) => !assembled.has(path));
	manifest.totalBytes = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
};
const read = async (path: string) => new Uint8Array(readFileSync(`${FIXTURE}/pack/${path}`)).buffer;

function installInto(name: string, changes: Partial<Installation> = {}) {
	const root = nodeRoot(join(directory, name));
	return install({
		recipeText,
		template: template(),
		bring: read,
		chosen: [],
		root,
		hub: { url: server.url, patience, fetch },
		gate: new PauseGate(),
		...run,
		date: () => 1234,
		...changes
	}).then(() => root);
}

async function codeOf(task: Promise<unknown>): Promise<string> {
	return task.then(
		() => 'none',
		(error: unknown) => toWireError(error).code
	);
}
const misbehave = (faults: Faults) => {
	server.hub.faults = faults;
};

describe('a pack that was taken in', () => {
	it('is the same whether the app knew the hashes of the weights or not, and every time', async () => {
		const roots = [
			await installInto('known'),
			await installInto('unknown', { template: template(withoutWeights) }),
			await installInto('again', { template: template(withoutWeights), date: () => 99 })
		];
		const kept = await Promise.all(roots.map((root) => describeKept(root, FOLDER)));
		for (const pack of kept) expect(pack!.hash).toBe(kept[0]!.hash);
		expect(kept.map((pack) => pack!.installedAt)).toEqual([1234, 1234, 99]);
		const { manifest, manifestBytes } = await openKept(roots[1]!, FOLDER);
		expect(sha256(manifestBytes)).toBe(kept[0]!.hash);
		// Every file of the app's own complete manifest, with its hashes as the forge calculated them.
		const forge = JSON.parse(new TextDecoder().decode(template())) as PackManifest;
		const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
		expect(manifest.files.toSorted(byPath)).toEqual(forge.files.toSorted(byPath));
		expect(manifest.totalBytes).toBe(forge.totalBytes);
		expect(manifest.files.slice(-recipe.files.length).map(({ path }) => path)).toEqual(
			recipe.files.map(({ path }) => path)
		);
	});

	it('is listed, and checked to the last byte: one changed bit of any file is found', async () => {
		const root = await installInto('a');
		const { manifest } = await openKept(root, FOLDER);
		expect(await listKept(root)).toEqual([
			{
				folder: FOLDER,
				id: 'micro-clip',
				installedAt: 1234,
				bytes: expect.any(Number) as number,
				hash: (await describeKept(root, FOLDER))!.hash
			}
		]);
		await verifyKept(root, FOLDER, run);
		for (const { path } of [...manifest.files, { path: 'manifest.json' }]) {
			const file = join(directory, 'a', FOLDER, path);
			const good = readFileSync(file);
			const bad = Uint8Array.from(good);
			bad[bad.length >> 1]! ^= 1;
			writeFileSync(file, bad);
			expect(await codeOf(verifyKept(root, FOLDER, run)), path).toBe('pack-file-corrupt');
			writeFileSync(file, good.subarray(1));
			expect(await codeOf(verifyKept(root, FOLDER, run)), path).toBe('pack-file-corrupt');
			rmSync(file);
			expect(await codeOf(verifyKept(root, FOLDER, run)), path).toBe('pack-file-corrupt');
			writeFileSync(file, good);
		}
		await verifyKept(root, FOLDER, run);
		await removeKept(root, FOLDER);
		expect(await listKept(root)).toEqual([]);
		expect(await codeOf(openKept(root, FOLDER))).toBe('pack-not-kept');
	});

	it('holds nothing of the publishers, and nothing outside its folder is removed', async () => {
		const root = await installInto('a');
		const { manifest, view } = await openKept(root, FOLDER);
		const records = ['manifest.json', 'recipe.json', 'installed.json'];
		const sizes = await Promise.all(
			[...manifest.files.map(({ path }) => path), ...records].map((path) => view.size(path))
		);
		expect(await view.bytes()).toBe(sizes.reduce<number>((sum, size) => sum + size!, 0));
		await removeKept(root, '..');
		await removeKept(root, '');
		expect(await listKept(root)).toHaveLength(1);
		expect(await codeOf(openKept(root, `../a/${FOLDER}`))).toBe('pack-not-kept');
	});
});

describe('what the app brings', () => {
	it.each<[string, (manifest: PackManifest) => unknown]>([
		['lacks a graph', (m) => (m.files = m.files.filter(({ path }) => !path.startsWith('vae-enc')))],
		['states other weights', (m) => (m.files.find(({ path }) => assembled.has(path))!.bytes += 1)],
		[
			'states another hash of the weights',
			(m) => (m.files.find(({ path }) => assembled.has(path))!.sha256 = '0'.repeat(64))
		],
		['takes a name of ours', (m) => m.files.push({ ...m.files[0]!, path: 'installed.json' })],
		['is no manifest', (m) => Object.assign(m, { files: 7 })],
		['has a field too many', (m) => Object.assign(m, { more: 1 })]
	])('%s: refused before the hub is asked', async (_, change) => {
		expect(await codeOf(installInto('a', { template: template(change) }))).toBe(
			'pack-manifest-invalid'
		);
		expect(server.hub.requests).toEqual([]);
	});

	it('promises weights that the recipe does not make: nothing is kept', async () => {
		const open = JSON.parse(recipeText) as { files: { sha256: string | null }[] };
		for (const file of open.files) file.sha256 = null;
		const unpromised = JSON.stringify(open);
		const wrong = template(
			(m) => (m.files.find(({ path }) => assembled.has(path))!.sha256 = '0'.repeat(64))
		);
		const changes = { recipeText: unpromised, template: wrong };
		expect(await codeOf(installInto('a', changes))).toBe('assembly-corrupt');
		expect(await listKept(nodeRoot(join(directory, 'a')))).toEqual([]);
		await installInto('a', { recipeText: unpromised });
		expect(await listKept(nodeRoot(join(directory, 'a')))).toMatchObject([{ installedAt: 1234 }]);
	});

	it('is damaged: refused before the hub is asked, and brought again next time', async () => {
		const asked: string[] = [];
		const bring = async (path: string) => {
			asked.push(path);
			const bytes = await read(path);
			if (path === 'tokenizer.json') new Uint8Array(bytes)[100]! ^= 1;
			return bytes;
		};
		expect(await codeOf(installInto('a', { bring }))).toBe('pack-file-corrupt');
		expect(server.hub.requests).toEqual([]);
		const root = nodeRoot(join(directory, 'a'));
		expect(await listKept(root)).toMatchObject([
			{ folder: FOLDER, id: 'micro-clip', installedAt: null, hash: null }
		]);
		const again: string[] = [];
		await installInto('a', {
			bring: (path) => {
				again.push(path);
				return read(path);
			}
		});
		await verifyKept(root, FOLDER, run);
		// What arrived whole the first time was not asked for again.
		expect(again).toContain('tokenizer.json');
		for (const path of asked.slice(0, asked.indexOf('tokenizer.json')))
			expect(again).not.toContain(path);
	});
});

describe('files that a person has', () => {
	const chosen = async (rename: (name: string) => string = (name) => name) =>
		Promise.all(
			recipe.sources.map(async ({ repository, path }) => ({
				name: rename(basename(path)),
				bytes: await openAsBlob(`${FIXTURE}/hub/${repository}/${path}`)
			}))
		);

	it.each<[string, (name: string) => string]>([
		['with their names', (name) => name],
		['renamed by a browser', (name) => name.replace('.', ' (1).')]
	])('%s need no hub, and give the same pack', async (_, rename) => {
		const hash = (await describeKept(await installInto('hub'), FOLDER))!.hash;
		await server.close();
		const root = await installInto('own', { chosen: await chosen(rename) });
		expect((await describeKept(root, FOLDER))!.hash).toBe(hash);
	});

	it('that are not what they are called, or not all, leave the rest to the hub', async () => {
		const files = await chosen();
		const wrong = { name: files[0]!.name, bytes: new Blob([new Uint8Array(files[0]!.bytes.size)]) };
		const other = { name: 'holiday.png', bytes: new Blob(['x']) };
		await installInto('a', { chosen: [wrong, other, ...files.slice(2)] });
		expect(server.hub.requests.map(({ path }) => path)).toEqual(
			recipe.sources.slice(0, 2).map(({ path }) => path)
		);
	});

	it('without a hash in the recipe go by name and length', async () => {
		const open = JSON.parse(recipeText) as { sources: { sha256: string | null }[] };
		for (const source of open.sources) source.sha256 = null;
		const unhashed = JSON.stringify(open);
		await installInto('a', { recipeText: unhashed, chosen: await chosen() });
		expect(server.hub.requests).toEqual([]);
		const renamed = await chosen((name) => `x${name}`);
		await installInto('b', { recipeText: unhashed, chosen: renamed });
		expect(server.hub.requests).toHaveLength(recipe.sources.length);
	});

	it('that change on the disk in the middle end it, and nothing is kept', async () => {
		const files = await chosen();
		const path = join(directory, 'mine.bin');
		writeFileSync(path, new Uint8Array(await files[1]!.bytes.arrayBuffer()));
		files[1]!.bytes = await openAsBlob(path);
		const changing = installInto('a', {
			chosen: files,
			onProgress: ({ phase }) => {
				if (phase === 'assemble') writeFileSync(path, 'another');
			}
		});
		expect(await codeOf(changing)).toBe('source-changed');
		expect(await listKept(nodeRoot(join(directory, 'a')))).toEqual([]);
	});
});

describe('our own hub', () => {
	it.each<[string, Faults, string]>([
		['changes a bit', { flip: 5000 }, 'source-wrong-hash'],
		['states another hash', { statedHash: '0'.repeat(64) }, 'source-wrong-hash'],
		['truncates', { truncate: 5000 }, 'source-wrong-size'],
		['hangs up', { cut: 100 }, 'source-unreachable'],
		['ignores ranges', { whole: true }, 'source-no-ranges'],
		['refuses', { status: 403 }, 'source-refused'],
		['is busy', { retryAfter: 60 }, 'source-busy'],
		['hangs up once', { cut: 100, times: 1 }, 'none'],
		['redirects', { redirect: true }, 'none'],
		['is slow', { slow: 20 }, 'none']
	])('%s: %j gives %s', async (_, faults, code) => {
		misbehave(faults);
		expect(await codeOf(installInto('a'))).toBe(code);
		const whole = (await listKept(nodeRoot(join(directory, 'a')))).filter(
			({ installedAt }) => installedAt !== null
		);
		expect(whole).toHaveLength(code === 'none' ? 1 : 0);
	});

	it('lets other origins ask by ranges', async () => {
		const { repository, path } = recipe.sources[0]!;
		const { revision } = recipe.sources[0] as unknown as { revision: string };
		const url = `${server.url}/${repository}/resolve/${revision}/${path}`;
		const preflight = await fetch(url, { method: 'OPTIONS' });
		expect(preflight.headers.get('access-control-allow-headers')).toMatch(/\bRange\b/);
		const part = await fetch(url, { headers: { Range: 'bytes=10-19' } });
		expect(part.status).toBe(206);
		expect(part.headers.get('content-range')).toBe(`bytes 10-19/${recipe.sources[0]!.bytes}`);
		expect(part.headers.get('access-control-expose-headers')).toMatch(/ETag/);
		expect(part.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
		const whole = readFileSync(`${FIXTURE}/hub/${repository}/${path}`);
		expect(new Uint8Array(await part.arrayBuffer())).toEqual(
			new Uint8Array(whole.subarray(10, 20))
		);
		const beyond = await fetch(url, { headers: { Range: 'bytes=99999999-' } });
		expect(beyond.status).toBe(416);
		expect((await fetch(`${server.url}/a/b/resolve/${revision}/c`)).status).toBe(404);
	});
});
