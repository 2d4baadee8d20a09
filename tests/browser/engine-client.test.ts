/** The engine as the UI sees it: two real workers, the real policy, the micro pack. */
import { EngineClient } from '$lib/bridge/engine-client';
import type { BootOptions, FrameRequest } from '$lib/contract/engine';
import { isLuxError, type ErrorCode } from '$lib/contract/errors';
import type { Progress } from '$lib/contract/progress';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cdp } from 'vitest/browser';

const MICRO: BootOptions = { device: null, pack: 'tests/fixtures/packs/micro' };
const never = new AbortController().signal;
const silent = () => undefined;
const code = (expected: ErrorCode) => (error: unknown) => isLuxError(error, expected);

const engines: EngineClient[] = [];
const workers: { name: string | undefined; worker: Worker }[] = [];
const RealWorker = Worker;

/** Lets a test kill a worker from outside, as a crash would. */
class WatchedWorker extends RealWorker {
	constructor(url: string | URL, options?: WorkerOptions) {
		super(url, options);
		workers.push({ name: options?.name, worker: this });
	}
}

function engine(): EngineClient {
	vi.stubGlobal('Worker', WatchedWorker);
	const made = new EngineClient({ baseUrl: `${location.origin}/` });
	engines.push(made);
	return made;
}

afterEach(() => {
	for (const made of engines.splice(0)) made.dispose();
	workers.splice(0);
	vi.unstubAllGlobals();
});

const request = (change: Partial<FrameRequest> = {}): FrameRequest => ({
	embeddings: [new Float32Array(32).fill(32 ** -0.5)],
	direction: { framing: 'F1', setting: null, styling: null, mood: null, pose: null, look: 'L2' },
	seed: 1,
	previewEvery: 0,
	...change
});

describe('boot', () => {
	it('proves the seal, chooses a device and says why', async () => {
		const seen: Progress[] = [];
		const report = await engine().boot(never, MICRO, (progress) => seen.push(progress));
		expect(report.seal.sealed).toBe(true);
		expect(report.seal.attempts.every(({ refused }) => refused)).toBe(true);
		expect(report.device).toMatchObject({ kind: 'wasm', reason: 'software-adapter' });
		expect(report.device.threads).toBe(report.device.crossOriginIsolated ? 2 : 1);
		expect(report.pack.manifest.id).toBe('micro');
		const kinds = new Set(seen.map((p) => (p.kind === 'bytes' ? p.what : p.kind)));
		expect(kinds).toEqual(new Set(['runtime', 'pack', 'faces', 'check', 'session']));
		const last = seen.findLast((p) => p.kind === 'bytes' && p.what === 'pack');
		expect(last).toMatchObject({ loaded: report.pack.manifest.totalBytes });
		// Only the portrait worker is left.
		expect(workers.map(({ name }) => name)).toEqual(['pack', 'portrait']);
	});

	it('is needed first, and a failed one is not remembered', async () => {
		const made = engine();
		await expect(made.shootFrame(never, request(), silent)).rejects.toSatisfy(code('not-booted'));
		const missing = { device: null, pack: 'tests/fixtures/packs/missing' };
		await expect(made.boot(never, missing, silent)).rejects.toSatisfy(code('pack-download-failed'));
		expect((await made.boot(never, MICRO, silent)).pack.manifest.id).toBe('micro');
	});

	it('stops when asked, and can be asked again', async () => {
		const made = engine();
		const stop = new AbortController();
		const booting = made.boot(stop.signal, MICRO, () => stop.abort());
		await expect(booting).rejects.toSatisfy(code('cancelled'));
		expect((await made.boot(never, MICRO, silent)).seal.sealed).toBe(true);
	});

	it('takes WebGPU when told to', async () => {
		const { device } = await engine().boot(never, { ...MICRO, device: 'webgpu' }, silent);
		expect(device).toMatchObject({ kind: 'webgpu', reason: 'override' });
		expect(device.adapter).toMatchObject({ software: true, shaderF16: false });
	});
});

describe('runs', () => {
	it('makes the same portrait twice', async () => {
		const made = engine();
		await made.boot(never, MICRO, silent);
		const [first, second] = await Promise.all([
			made.shootFrame(never, request(), silent),
			made.shootFrame(never, request(), silent)
		]);
		expect(new Uint8Array(first.bytes)).toEqual(new Uint8Array(second.bytes));
		expect(first).toMatchObject({ width: 64, height: 80, mimeType: 'image/png', likeness: null });
	});

	it('hands over every report before the result', async () => {
		const made = engine();
		await made.boot(never, MICRO, silent);
		const seen: Progress['kind'][] = [];
		await made.shootFrame(never, request({ steps: 4, previewEvery: 1 }), (progress) => {
			seen.push(progress.kind);
			if (progress.kind === 'preview') progress.image.close();
		});
		expect(seen.filter((kind) => kind === 'step')).toHaveLength(4);
		expect(seen.filter((kind) => kind === 'preview')).toHaveLength(3);
		expect(seen.at(-1)).toBe('stage-finished');
	});

	it('cancels at once, and the next run works', async () => {
		const made = engine();
		await made.boot(never, MICRO, silent);
		const stop = new AbortController();
		let aborted = 0;
		const run = made.shootFrame(stop.signal, request({ steps: 900 }), (progress) => {
			if (progress.kind !== 'step' || progress.step !== 2) return;
			aborted = performance.now();
			stop.abort();
		});
		await expect(run).rejects.toSatisfy(code('cancelled'));
		expect(performance.now() - aborted).toBeLessThan(1000);
		expect((await made.shootFrame(never, request(), silent)).width).toBe(64);
		expect(workers.filter(({ name }) => name === 'portrait')).toHaveLength(1);
	});

	it('a bad request fails alone', async () => {
		const made = engine();
		await made.boot(never, MICRO, silent);
		const [bad, good] = await Promise.allSettled([
			made.shootFrame(never, request({ embeddings: [] }), silent),
			made.shootFrame(never, request(), silent)
		]);
		expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'request-invalid' } });
		expect(good.status).toBe('fulfilled');
	});

	it('a killed worker rejects what is pending; the next run finds a new one', async () => {
		const made = engine();
		await made.boot(never, MICRO, silent);
		const before = await made.shootFrame(never, request(), silent);
		const runs = [1, 2].map((seed) =>
			made.shootFrame(never, request({ seed, steps: 900 }), (progress) => {
				if (progress.kind === 'step') workers.at(-1)!.worker.terminate();
			})
		);
		for (const run of runs) await expect(run).rejects.toSatisfy(code('worker-died'));
		// From the files already read: no second pack worker.
		const after = await made.shootFrame(never, request(), silent);
		expect(workers.map(({ name }) => name)).toEqual(['pack', 'portrait', 'portrait']);
		expect(new Uint8Array(after.bytes)).toEqual(new Uint8Array(before.bytes));
	});

	it('moves to WASM when the GPU process dies, and says why', async () => {
		const made = engine();
		const { device } = await made.boot(never, { ...MICRO, device: 'webgpu' }, silent);
		expect(device.kind).toBe('webgpu');
		// Vitest types the session by its provider, which this project's types leave out: it brings Node's.
		const session = cdp() as unknown as { send(method: string): Promise<unknown> };
		await session.send('Browser.crashGpuProcess');
		const frame = await made.shootFrame(never, request({ steps: 2 }), silent);
		expect(frame.device).toMatchObject({ kind: 'wasm', reason: 'device-lost' });
		expect(frame.width).toBe(64);
	});

	it('rejects everything when disposed', async () => {
		const made = engine();
		await made.boot(never, MICRO, silent);
		const run = made.shootFrame(never, request({ steps: 900 }), silent);
		setTimeout(() => made.dispose(), 50);
		await expect(run).rejects.toSatisfy(code('worker-died'));
		await expect(made.shootFrame(never, request(), silent)).rejects.toSatisfy(code('not-booted'));
	});
});
