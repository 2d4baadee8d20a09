import type { BootReport, PortraitEngine } from '$lib/contract/engine';
import { isLuxError, LuxError } from '$lib/contract/errors';
import { EngineState } from '$lib/state/engine.svelte';
import { describe, expect, it, vi } from 'vitest';

const report = { device: { kind: 'wasm' } } as BootReport;
const photo = { bytes: new ArrayBuffer(1), name: 'me.jpg' };
const { signal } = new AbortController();

function engineWith(methods: Partial<PortraitEngine>): PortraitEngine {
	return {
		boot: () => Promise.resolve(report),
		lookAt: () => Promise.resolve({ faces: 0, pose: null, remarks: [] }),
		readReference: () => Promise.reject(new LuxError('photo-no-face', { name: 'me.jpg' })),
		shootFrame: () => Promise.reject(new LuxError('not-booted', {})),
		dispose: () => undefined,
		...methods
	};
}

function stateOf(engine: PortraitEngine): EngineState {
	return new EngineState(() => Promise.resolve(engine), { device: null, pack: 'packs/pocket' });
}

describe('EngineState', () => {
	it('adds up the parts it reads, each of which counts its own files together', async () => {
		const phases: unknown[] = [];
		const state: EngineState = stateOf(
			engineWith({
				boot: async (_signal, _options, onProgress) => {
					onProgress({ kind: 'bytes', what: 'runtime', file: 'ort.wasm', loaded: 50, total: 50 });
					onProgress({ kind: 'bytes', what: 'pack', file: 'a.onnx', loaded: 10, total: 30 });
					onProgress({ kind: 'bytes', what: 'pack', file: 'b.onnx', loaded: 25, total: 30 });
					phases.push(state.phase);
					onProgress({ kind: 'check', file: 'a.onnx', checked: 10, total: 30 });
					phases.push(state.phase);
					onProgress({ kind: 'session', graph: 'denoiser', index: 3, count: 6 });
					phases.push(state.phase);
					return report;
				}
			})
		);
		await state.start();
		expect(phases).toEqual([
			{ kind: 'reading', loaded: 75, total: 80 },
			{ kind: 'checking', checked: 10, total: 30 },
			{ kind: 'compiling', index: 3, count: 6 }
		]);
		expect(state.status).toBe('ready');
	});

	it('boots once for many calls, and again after a failure', async () => {
		const boot = vi
			.fn<PortraitEngine['boot']>()
			.mockRejectedValueOnce(new LuxError('pack-download-failed', { file: 'x', status: 0 }))
			.mockResolvedValue(report);
		const state = stateOf(engineWith({ boot }));
		const outcomes = await Promise.allSettled([state.start(), state.start()]);
		expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
		expect(boot).toHaveBeenCalledTimes(1);
		expect(state.status).toBe('failed');
		expect(state.error?.code).toBe('pack-download-failed');
		await Promise.all([state.start(), state.start()]);
		expect(boot).toHaveBeenCalledTimes(2);
		expect(state.error).toBeNull();
	});

	it('boots again after its worker died, but not after a bad photograph', async () => {
		const boot = vi.fn<PortraitEngine['boot']>().mockResolvedValue(report);
		const readReference = vi
			.fn<PortraitEngine['readReference']>()
			.mockRejectedValueOnce(new LuxError('photo-no-face', { name: 'me.jpg' }))
			.mockRejectedValueOnce(new LuxError('worker-died', { worker: 'portrait' }))
			.mockRejectedValueOnce(new LuxError('photo-no-face', { name: 'me.jpg' }));
		const state = stateOf(engineWith({ boot, readReference }));
		const read = () => state.readReference(signal, photo, () => undefined).catch((e: unknown) => e);
		expect(isLuxError(await read(), 'photo-no-face')).toBe(true);
		expect(boot).toHaveBeenCalledTimes(1);
		expect(isLuxError(await read(), 'worker-died')).toBe(true);
		expect(isLuxError(await read(), 'photo-no-face')).toBe(true);
		expect(boot).toHaveBeenCalledTimes(2);
	});

	it('changes to another pack: the engine is ended, and the old boot has no say any more', async () => {
		let fail: (error: unknown) => void = () => undefined;
		const boot = vi
			.fn<PortraitEngine['boot']>()
			.mockImplementationOnce(() => new Promise((_, reject) => (fail = reject)))
			.mockResolvedValue(report);
		const dispose = vi.fn(() => fail(new LuxError('cancelled', {})));
		const state = stateOf(engineWith({ boot, dispose }));
		const first = state.start().catch((error: unknown) => error);
		await vi.waitFor(() => expect(boot).toHaveBeenCalledTimes(1));
		await state.use('opfs:x');
		expect(isLuxError(await first, 'cancelled')).toBe(true);
		expect(dispose).toHaveBeenCalledTimes(1);
		expect(boot.mock.calls.map(([, { pack }]) => pack)).toEqual(['packs/pocket', 'opfs:x']);
		expect(state.status).toBe('ready');
		expect(state.error).toBeNull();
	});
});
