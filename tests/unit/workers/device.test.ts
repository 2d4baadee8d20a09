import type { AdapterFacts } from '$lib/contract/device';
import { chooseDevice, probeAdapter, wasmThreads } from '$workers/runtime/device';
import { describe, expect, it } from 'vitest';

const hardware: AdapterFacts = {
	vendor: 'acme',
	architecture: 'one',
	description: '',
	software: false,
	shaderF16: true,
	maxBufferSize: 2 ** 30,
	maxStorageBufferBindingSize: 2 ** 28
};
const needs = {
	maxBufferSize: 2 ** 27,
	maxStorageBufferBindingSize: 2 ** 27,
	shaderF16: false,
	memoryBytes: 2 ** 28
};
const found = (facts: Partial<AdapterFacts> = {}) => ({
	found: true as const,
	facts: { ...hardware, ...facts }
});
const missing = { found: false, reason: 'no-webgpu' } as const;

describe('chooseDevice', () => {
	it.each([
		['hardware', found(), null, 'webgpu', 'hardware-adapter'],
		['a software adapter', found({ software: true }), null, 'wasm', 'software-adapter'],
		['no WebGPU', missing, null, 'wasm', 'no-webgpu'],
		['no adapter', { found: false, reason: 'no-adapter' }, null, 'wasm', 'no-adapter'],
		['small limits', found({ maxBufferSize: 2 ** 26 }), null, 'wasm', 'limits-too-small'],
		['software, asked for', found({ software: true }), 'webgpu', 'webgpu', 'override'],
		['hardware, refused', found(), 'wasm', 'wasm', 'override'],
		['nothing, asked for', missing, 'webgpu', 'wasm', 'no-webgpu'],
		['small limits, asked for', found({ maxBufferSize: 1 }), 'webgpu', 'wasm', 'limits-too-small']
	] as const)('%s', (_, probe, override, kind, reason) => {
		expect(chooseDevice(probe, override, needs)).toEqual({ kind, reason });
	});

	it('minds half precision when the pack needs it', () => {
		const half = { ...needs, shaderF16: true };
		expect(chooseDevice(found(), null, half).kind).toBe('webgpu');
		expect(chooseDevice(found({ shaderF16: false }), null, half).reason).toBe('limits-too-small');
	});
});

describe('probeAdapter', () => {
	const gpu = (requestAdapter: () => Promise<unknown>) => ({ requestAdapter }) as unknown as GPU;
	const adapter = (info: Record<string, unknown>) => ({
		info: { vendor: '', architecture: '', description: '', ...info },
		features: new Set(['shader-f16']),
		limits: { maxBufferSize: 1, maxStorageBufferBindingSize: 2 }
	});

	it.each([
		['the flag', { isFallbackAdapter: true }],
		['its architecture', { architecture: 'swiftshader' }],
		['its description', { description: 'llvmpipe (LLVM 15.0.6, 256 bits)' }]
	])('knows a software adapter by %s', async (_, info) => {
		const probe = await probeAdapter(
			gpu(async () => adapter(info)),
			true
		);
		expect(probe).toMatchObject({ found: true, facts: { software: true, shaderF16: true } });
	});

	it('takes failure for absence', async () => {
		expect(await probeAdapter(undefined, true)).toEqual({ found: false, reason: 'no-webgpu' });
		expect(
			await probeAdapter(
				gpu(async () => adapter({})),
				false
			)
		).toEqual({
			found: false,
			reason: 'no-webgpu'
		});
		expect(
			await probeAdapter(
				gpu(async () => null),
				true
			)
		).toEqual({
			found: false,
			reason: 'no-adapter'
		});
		const throwing = gpu(() => Promise.reject(new Error('blocked')));
		expect(await probeAdapter(throwing, true)).toEqual({ found: false, reason: 'no-adapter' });
	});
});

it.each([
	[1, true, 2],
	[2, true, 2],
	[8, true, 4],
	[8, false, 1]
])('wasmThreads(%i cores, shared memory %s) = %i', (cores, shared, threads) => {
	expect(wasmThreads(cores, shared)).toBe(threads);
});
