/** Packs taken in for real: the pack worker under its shipped policy, OPFS, Web Locks, and a hub that can misbehave. */
import { EngineClient } from '$lib/bridge/engine-client';
import { PackKeeperClient } from '$lib/bridge/pack-keeper';
import { chooseRuntime } from '$lib/bridge/runtime-assets';
import { readFiles } from '$lib/bridge/start-workers';
import { isLuxError, type ErrorCode } from '$lib/contract/errors';
import { KEPT_PREFIX, PACKS_FOLDER, type PackInstallation } from '$lib/contract/packs';
import type { AssemblyProgress } from '$lib/contract/progress';
import { parseManifest, verifyFile } from '$workers/runtime/pack-verify';
import { sha256 } from '$workers/runtime/sha256';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const FIXTURE = `${location.origin}/tests/fixtures/packs/micro-clip/`;
const never = new AbortController().signal;
const silent = () => undefined;
const code = (expected: ErrorCode) => (error: unknown) => isLuxError(error, expected);

const RealWorker = Worker;
const workers: Worker[] = [];
/** Lets a test end a worker from outside, as a crash would. */
class WatchedWorker extends RealWorker {
	constructor(url: string | URL, options?: WorkerOptions) {
		super(url, options);
		workers.push(this);
	}
}

const keepers: PackKeeperClient[] = [];
function newKeeper(): PackKeeperClient {
	const made = new PackKeeperClient();
	keepers.push(made);
	return made;
}

/** A hub of its own for every test. */
class TestHub {
	readonly url = `${location.origin}/hub/${crypto.randomUUID()}`;

	async misbehave(faults: Record<string, unknown>): Promise<void> {
		await fetch(`${this.url}/-/faults`, { method: 'POST', body: JSON.stringify(faults) });
	}

	/** Paths and bytes of files that were asked for since it was made, in order. */
	async requests(): Promise<{ path: string; first: number; last: number }[]> {
		return (await fetch(`${this.url}/-/requests`)).json();
	}
}

let hub: TestHub;
let keeper: PackKeeperClient;
const installation = (change: Partial<PackInstallation> = {}): PackInstallation => ({
	pack: `${FIXTURE}pack/`,
	hub: hub.url,
	files: [],
	...change
});

interface Source {
	repository: string;
	path: string;
	bytes: number;
}
async function sources(): Promise<Source[]> {
	const recipe = (await (await fetch(`${FIXTURE}pack/recipe.json`)).json()) as {
		sources: Source[];
	};
	return recipe.sources;
}

/** What the privacy page would count. */
async function isThereAFolder(): Promise<boolean> {
	const origin = await navigator.storage.getDirectory();
	for await (const name of origin.keys()) if (name === PACKS_FOLDER) return true;
	return false;
}

async function wipePacks(): Promise<void> {
	const origin = await navigator.storage.getDirectory();
	await origin.removeEntry(PACKS_FOLDER, { recursive: true }).catch(silent);
}

beforeEach(async () => {
	vi.stubGlobal('Worker', WatchedWorker);
	await wipePacks();
	hub = new TestHub();
	keeper = newKeeper();
});
afterEach(async () => {
	for (const made of keepers.splice(0)) made.dispose();
	workers.splice(0);
	vi.unstubAllGlobals();
	await wipePacks();
});

/** Changes one bit in the middle of a kept file. */
async function damage(folder: string, path: string): Promise<void> {
	const origin = await navigator.storage.getDirectory();
	const packs = await origin.getDirectoryHandle(PACKS_FOLDER);
	const handle = await (await packs.getDirectoryHandle(folder)).getFileHandle(path);
	const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
	bytes[bytes.length >> 1]! ^= 1;
	const writable = await handle.createWritable();
	await writable.write(bytes);
	await writable.close();
}

describe('a hub that behaves', () => {
	it('gives a pack: listed, verified, read with every hash right, booted, damaged, removed', async () => {
		expect(await keeper.list()).toEqual([]);
		expect(await isThereAFolder()).toBe(false);
		const phases = new Set<string>();
		const kept = await keeper.install(never, installation(), ({ phase }) => phases.add(phase));
		expect([...phases]).toEqual(['fetch', 'assemble', 'verify']);
		expect(kept.id).toBe('micro-clip');
		expect(kept.folder).toMatch(/^[0-9a-f]{64}$/);
		expect(Math.abs(Date.now() - kept.installedAt!)).toBeLessThan(60_000);
		expect(await keeper.list()).toEqual([kept]);
		const asked = await hub.requests();
		expect(asked.map(({ path }) => path)).toEqual((await sources()).map(({ path }) => path));
		// It is there: nobody is asked again.
		expect(await keeper.install(never, installation(), silent)).toEqual(kept);
		expect(await hub.requests()).toHaveLength(asked.length);

		const seen: AssemblyProgress[] = [];
		await keeper.verify(never, kept.folder, (progress) => seen.push(progress));
		const runtime = chooseRuntime(location.href);
		const read = await readFiles(
			never,
			{
				pack: `${KEPT_PREFIX}${kept.folder}`,
				faceModels: `${location.origin}/models/faces/`,
				wasmBinary: runtime.binary,
				wasmModule: runtime.module,
				afresh: false
			},
			silent
		);
		expect(await sha256(read.manifestBytes)).toBe(kept.hash);
		const manifest = parseManifest(read.manifestBytes);
		expect(seen.at(-1)).toMatchObject({ done: manifest.totalBytes, total: manifest.totalBytes });
		expect(read.files.map(({ path }) => path)).toEqual(manifest.files.map(({ path }) => path));
		for (const [index, entry] of manifest.files.entries())
			await verifyFile(entry, read.files[index]!.bytes);
		// Nothing of the publishers' is left beside it.
		expect(kept.bytes).toBeLessThan(manifest.totalBytes + 2 ** 20);
		expect(kept.bytes).toBeGreaterThan(manifest.totalBytes);

		const engine = new EngineClient({ baseUrl: `${location.origin}/` });
		try {
			const pack = `${KEPT_PREFIX}${kept.folder}`;
			const report = await engine.boot(never, { device: 'wasm', pack }, silent);
			expect(report.pack).toMatchObject({ hash: kept.hash });
		} finally {
			engine.dispose();
		}

		await damage(kept.folder, manifest.files.at(-1)!.path);
		await expect(keeper.verify(never, kept.folder, silent)).rejects.toSatisfy(
			code('pack-file-corrupt')
		);
		await keeper.remove(kept.folder);
		await keeper.remove(kept.folder);
		expect(await isThereAFolder()).toBe(false);
		expect(await keeper.list()).toEqual([]);
		await expect(keeper.verify(never, kept.folder, silent)).rejects.toSatisfy(
			code('pack-not-kept')
		);
	});

	it('is not asked twice for what arrived before the worker was killed', async () => {
		const all = await sources();
		const total = all.reduce((sum, { bytes }) => sum + bytes, 0);
		let killed = '';
		const dying = keeper.install(never, installation(), ({ phase, done, file }) => {
			// The files before this one are flushed, and the next one is under way.
			if (killed || phase !== 'fetch' || done < 0.37 * total || file === all[0]!.path) return;
			killed = file;
			workers.at(-1)!.terminate();
		});
		await expect(dying).rejects.toSatisfy(code('worker-died'));
		const before = await hub.requests();
		const [draft] = await keeper.list();
		expect(draft).toMatchObject({ id: 'micro-clip', installedAt: null, hash: null });
		expect(draft!.bytes).toBeGreaterThan(all[0]!.bytes);

		const resumed: AssemblyProgress[] = [];
		const kept = await keeper.install(never, installation(), (progress) => resumed.push(progress));
		await keeper.verify(never, kept.folder, silent);
		const after = (await hub.requests()).slice(before.length);
		expect(after.length).toBeGreaterThan(0);
		// What was being written when the worker died may come once more; nothing before it does.
		const again = after.filter(({ path }) => before.some((request) => request.path === path));
		const unfinished = before.slice(-2).map(({ path }) => path);
		for (const { path } of again) expect(unfinished).toContain(path);
		expect(after.map(({ path }) => path)).not.toContain(all[0]!.path);
		expect(resumed[0]!.done).toBeGreaterThan(all[0]!.bytes);
	});

	it('is not asked at all after the worker was killed in the middle of the assembly', async () => {
		let killed = false;
		const dying = keeper.install(never, installation(), ({ phase, done, total }) => {
			if (killed || phase !== 'assemble' || done < 0.37 * total) return;
			killed = true;
			workers.at(-1)!.terminate();
		});
		await expect(dying).rejects.toSatisfy(code('worker-died'));
		const before = await hub.requests();
		await hub.misbehave({ status: 404 });
		const kept = await keeper.install(never, installation(), silent);
		await keeper.verify(never, kept.folder, silent);
		expect(await hub.requests()).toHaveLength(before.length);
		expect(await keeper.list()).toEqual([kept]);
	});

	it('waits while the installation is held, in which others are told it is busy', async () => {
		let last = performance.now();
		let held = false;
		// Slower than a message from the page, and faster than the silence that is waited for.
		await hub.misbehave({ slow: 150 });
		const running = keeper.install(never, installation(), () => {
			last = performance.now();
			if (!held) keeper.pause(true);
			held = true;
		});
		await vi.waitFor(() => expect(held && performance.now() - last > 1000).toBe(true), 20_000);
		const asked = await hub.requests();
		expect(asked.length).toBeLessThan((await sources()).length);
		const other = newKeeper();
		expect(await other.list()).toMatchObject([{ id: 'micro-clip', installedAt: null }]);
		const { folder } = (await other.list())[0]!;
		for (const refused of [
			other.install(never, installation(), silent),
			other.remove(folder),
			other.verify(never, folder, silent)
		])
			await expect(refused).rejects.toSatisfy(code('pack-busy'));
		expect(await hub.requests()).toEqual(asked);
		keeper.pause(false);
		const kept = await running;
		expect(kept.installedAt).not.toBeNull();
		await other.verify(never, kept.folder, silent);
	});

	it('is left at once when the installation is stopped, and the draft stays', async () => {
		const controller = new AbortController();
		await hub.misbehave({ slow: 300 });
		const stopped = keeper.install(controller.signal, installation(), () => controller.abort());
		await expect(stopped).rejects.toSatisfy(code('cancelled'));
		expect(await keeper.list()).toMatchObject([{ id: 'micro-clip', installedAt: null }]);
		const first = (await hub.requests())[0]!.path;
		await hub.misbehave({});
		const kept = await keeper.install(never, installation(), silent);
		const asked = (await hub.requests()).filter(({ path }) => path === first);
		expect(asked).toHaveLength(1);
		await keeper.remove(kept.folder);
	});

	it('is stopped while it is held, too', async () => {
		const controller = new AbortController();
		const stopped = keeper.install(controller.signal, installation(), () => {
			keeper.pause(true);
			setTimeout(() => controller.abort(), 100);
		});
		await expect(stopped).rejects.toSatisfy(code('cancelled'));
		expect((await keeper.install(never, installation(), silent)).hash).not.toBeNull();
	});
});

it('files that a person has are taken without a hub, those that are missing are named', async () => {
	const all = await sources();
	const files = await Promise.all(
		all.map(async ({ repository, path }) => {
			const bytes = await (await fetch(`${FIXTURE}hub/${repository}/${path}`)).blob();
			return new File([bytes], path.slice(path.lastIndexOf('/') + 1));
		})
	);
	await hub.misbehave({ status: 404 });
	const bad = new File([new Uint8Array(all[1]!.bytes)], files[1]!.name);
	await expect(
		keeper.install(never, installation({ files: [files[0]!, bad] }), silent)
	).rejects.toSatisfy(
		(error) => isLuxError(error, 'source-refused') && error.params.file === all[1]!.path
	);
	const before = await hub.requests();
	const kept = await keeper.install(never, installation({ files: [bad, ...files] }), silent);
	expect(await hub.requests()).toHaveLength(before.length);
	await keeper.verify(never, kept.folder, silent);
});

describe('a hub that does not', () => {
	it.each<[string, Record<string, unknown>, ErrorCode]>([
		['changes a bit', { flip: 5000 }, 'source-wrong-hash'],
		['states another hash', { statedHash: '0'.repeat(64) }, 'source-wrong-hash'],
		['has a shorter file', { truncate: 5000 }, 'source-wrong-size'],
		['answers the whole file', { whole: true }, 'source-no-ranges'],
		['does not have it', { status: 404 }, 'source-refused'],
		['asks to wait for an hour', { retryAfter: 3600 }, 'source-busy']
	])('%s: nothing is committed', async (_, faults, expected) => {
		await hub.misbehave({ ...faults, only: 'unet/diffusion_pytorch_model.safetensors' });
		await expect(keeper.install(never, installation(), silent)).rejects.toSatisfy(code(expected));
		expect((await keeper.list()).filter(({ installedAt }) => installedAt !== null)).toEqual([]);
		if (/changed|wrong/.test(expected)) expect(await isThereAFolder()).toBe(false);
	});

	it.each<[string, Record<string, unknown>]>([
		['hangs up once', { cut: 3000, times: 1 }],
		['is somewhere else', { redirect: true }],
		['asks to wait a second', { retryAfter: 1, times: 1 }]
	])('but %s is borne', async (_, faults) => {
		await hub.misbehave(faults);
		const kept = await keeper.install(never, installation(), silent);
		await keeper.verify(never, kept.folder, silent);
	});
});

it('a pack that is not here, or only begun, is not booted', async () => {
	const engine = new EngineClient({ baseUrl: `${location.origin}/` });
	try {
		for (const folder of ['0'.repeat(64), '../packs', ''])
			await expect(
				engine.boot(never, { device: 'wasm', pack: `${KEPT_PREFIX}${folder}` }, silent)
			).rejects.toSatisfy(code('pack-not-kept'));
	} finally {
		engine.dispose();
	}
});

it('nothing is pending when the keeper is put away', async () => {
	await hub.misbehave({ slow: 60_000 });
	const running = keeper.install(never, installation(), silent);
	await vi.waitFor(async () => expect((await hub.requests()).length).toBe(1), 10_000);
	keeper.dispose();
	await expect(running).rejects.toSatisfy(code('cancelled'));
	expect(await keeper.list()).toHaveLength(1);
});
