/** What stands between a graph and a portrait: hashes, the self-test, the lost device. */
import { isLuxError, type ErrorCode } from '$lib/contract/errors';
import type { Graph } from '$workers/runtime/graph';
import type { Ort } from '$workers/runtime/ort';
import { verifyPack } from '$workers/runtime/verified-pack';
import { computesCorrectly, passesSelfTest } from '$workers/runtime/self-test';
import { selfTestModel } from '$workers/runtime/self-test-graph';
import { openSession } from '$workers/runtime/session';
import { beforeAll, describe, expect, it } from 'vitest';
import { openTestGpu, readMicroPack, startRuntime } from './micro-pack';

const code = (expected: ErrorCode) => (error: unknown) => isLuxError(error, expected);

let ort: Ort;
beforeAll(async () => {
	ort = await startRuntime();
});

describe('self-test', () => {
	it('passes on WASM', async () => {
		expect(await passesSelfTest(ort, { kind: 'wasm' })).toBe(true);
	});

	it('fails the self-test for numbers that are a little wrong', async () => {
		const real = await openSession(ort, 'self-test', selfTestModel(), { kind: 'wasm' });
		try {
			for (const spoilt of ['convolved', 'attended']) {
				const wrong: Graph = {
					run: async (feeds) => {
						const outputs = await real.run(feeds);
						const { data, shape } = outputs[spoilt]!;
						const changed = Float32Array.from(data, (value, i) => value + (i === 3 ? 0.01 : 0));
						return { ...outputs, [spoilt]: { data: changed, shape } };
					},
					release: async () => undefined
				};
				expect(await computesCorrectly(wrong)).toBe(false);
			}
			expect(await computesCorrectly(real)).toBe(true);
		} finally {
			await real.release();
		}
	});

	it('passes on WebGPU; once the device is gone, runs and new sessions say so', async () => {
		const { gpu, device } = await openTestGpu();
		const graph = await openSession(ort, 'self-test', selfTestModel(), device);
		expect(await computesCorrectly(graph)).toBe(true);
		gpu.device.destroy();
		await gpu.device.lost;
		await expect(computesCorrectly(graph)).rejects.toSatisfy(code('device-lost'));
		await expect(openSession(ort, 'self-test', selfTestModel(), device)).rejects.toSatisfy(
			code('device-lost')
		);
		// The runtime itself is unharmed.
		expect(await passesSelfTest(ort, { kind: 'wasm' })).toBe(true);
	});
});

describe('a session', () => {
	it('turns what ORT says about a broken graph into a code', async () => {
		const broken = selfTestModel().slice(0, 100);
		await expect(openSession(ort, 'denoiser', broken, { kind: 'wasm' })).rejects.toSatisfy(
			(error) => isLuxError(error, 'runtime-failed') && error.params.stage === 'denoiser'
		);
	});

	it('rejects wrong feeds and goes on', async () => {
		const graph = await openSession(ort, 'self-test', selfTestModel(), { kind: 'wasm' });
		try {
			await expect(graph.run({})).rejects.toSatisfy(code('runtime-failed'));
			expect(await computesCorrectly(graph)).toBe(true);
		} finally {
			await graph.release();
		}
	});
});

describe('a corrupted pack', () => {
	it('never reaches the runtime', async () => {
		const { manifestBytes, files } = await readMicroPack();
		const target = files.find(({ path }) => path.startsWith('denoiser'))!;
		const bytes = new Uint8Array(await target.bytes.arrayBuffer());
		bytes[bytes.length >> 1]! ^= 1;
		const flipped = files.map((file) =>
			file === target ? { ...file, bytes: new Blob([bytes]) } : file
		);
		// `openPack` takes a verified pack only, and this is the only way to get one.
		await expect(verifyPack(manifestBytes, flipped)).rejects.toSatisfy(
			(error) => isLuxError(error, 'pack-file-corrupt') && error.params.file === target.path
		);
	});
});
