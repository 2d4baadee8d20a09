import {
	bytesText,
	faceText,
	fitOf,
	keptPackText,
	longSideText,
	partsText,
	percentOf,
	phaseText,
	roomNeeded,
	roomText,
	squaresOf
} from '$lib/components/pack-words';
import type { AdapterFacts, DeviceReport } from '$lib/contract/device';
import { describe, expect, it } from 'vitest';

const adapter: AdapterFacts = {
	vendor: 'x',
	architecture: '',
	description: '',
	software: false,
	shaderF16: true,
	maxBufferSize: 1e9,
	maxStorageBufferBindingSize: 1e9
};
const device = (over: Partial<DeviceReport> = {}): DeviceReport => ({
	kind: 'webgpu',
	reason: 'hardware-adapter',
	adapter,
	threads: 4,
	crossOriginIsolated: true,
	...over
});
const needs = {
	maxBufferSize: 5e8,
	maxStorageBufferBindingSize: 1.3e8,
	shaderF16: true,
	memoryBytes: 2e9
};

describe('bytes', () => {
	it('are shown in full, in groups of three', () => {
		expect(bytesText(0)).toBe('0');
		expect(bytesText(999)).toBe('999');
		expect(bytesText(1_050_673_152)).toBe('1,050,673,152');
	});

	it('are rounded in sentences', () => {
		expect(roomText(1650)).toBe('1,650 bytes');
		expect(roomText(4_905_984)).toBe('4.9 MB');
		expect(roomText(82_300_000)).toBe('82 MB');
		expect(roomText(1_050_673_152)).toBe('1.05 GB');
	});

	it('that are needed: publishers files and the pack, less what is there', () => {
		expect(roomNeeded({ fetchBytes: 1000, packBytes: 650 }, 0)).toBe(1650);
		expect(roomNeeded({ fetchBytes: 1000, packBytes: 650 }, 400)).toBe(1250);
		expect(roomNeeded({ fetchBytes: 1, packBytes: 1 }, 400)).toBe(0);
	});
});

describe('what this device can run', () => {
	it('is not known before the engine looked', () => {
		expect(fitOf(null, needs, null).speed).toBe('unknown');
	});

	it('is said for the graphics, with the memory that the pack wants', () => {
		const fit = fitOf(device(), needs, null);
		expect(fit.speed).toBe('graphics');
		expect(fit.note).toBe('WebGPU, 16-bit; about 2.00 GB of graphics memory');
		expect(fitOf(device(), needs, 1e9).note).toContain('this device says it has 1.00 GB');
	});

	it.each<[string, DeviceReport]>([
		['no WebGPU', device({ kind: 'wasm', reason: 'no-webgpu', adapter: null })],
		['no graphics adapter', device({ kind: 'wasm', reason: 'no-adapter', adapter: null })],
		['shader-f16', device({ adapter: { ...adapter, shaderF16: false } })],
		['in one piece', device({ adapter: { ...adapter, maxBufferSize: 2.6e8 } })],
		['at once', device({ adapter: { ...adapter, maxStorageBufferBindingSize: 1.2e8 } })],
		[
			'software',
			device({ kind: 'wasm', reason: 'software-adapter', adapter: { ...adapter, software: true } })
		],
		['you asked', device({ kind: 'wasm', reason: 'override' })],
		['wrong numbers', device({ kind: 'wasm', reason: 'self-test-failed' })],
		['driver stopped', device({ kind: 'wasm', reason: 'device-lost' })]
	])('names what is missing: %s', (missing, report) => {
		const fit = fitOf(report, needs, null);
		expect(fit.speed).toBe('processor');
		expect(fit.note).toContain('a frame takes minutes');
		expect(fit.note).toContain(missing);
	});

	it('does not hold the present pack against another: too large for that one may fit this one', () => {
		const report = device({ kind: 'wasm', reason: 'limits-too-small' });
		expect(fitOf(report, needs, null).speed).toBe('graphics');
	});
});

describe('an installation', () => {
	it('has a square for each 8 MiB, or for more where there would be too many', () => {
		const mib = 1024 * 1024;
		expect(squaresOf({ done: 0, total: 0 })).toEqual({ count: 1, full: 0, bytes: 8 * mib });
		expect(squaresOf({ done: 20 * mib, total: 30 * mib })).toEqual({
			count: 4,
			full: 2,
			bytes: 8 * mib
		});
		expect(squaresOf({ done: 30 * mib, total: 30 * mib }).full).toBe(4);
		expect(squaresOf({ done: 0, total: 4.4e9 }).count).toBeLessThanOrEqual(256);
	});

	it('is not whole before the last byte', () => {
		expect(percentOf({ done: 999, total: 1000 })).toBe(99);
		expect(percentOf({ done: 1000, total: 1000 })).toBe(100);
		expect(percentOf({ done: 0, total: 0 })).toBe(0);
	});

	it('says where it is', () => {
		expect(phaseText('fetch', false)).toBe('Fetching, 1 of 3');
		expect(phaseText('fetch', true)).toBe('Reading your files, 1 of 3');
		expect(phaseText('verify', false)).toBe('Reading back, 3 of 3');
	});
});

describe('words about a pack', () => {
	it('name its parts, known or not', () => {
		expect(partsText(['text-encoder', 'unet', 'hand-fixer'])).toBe(
			'Text encoder, image model, hand fixer'
		);
	});

	it('give the long side of all its sizes', () => {
		const image = { width: 512, height: 640 };
		expect(longSideText({ image })).toBe('640 px');
		expect(longSideText({ image: { ...image, others: [{ width: 768, height: 512 }] } })).toBe(
			'640 to 768 px'
		);
	});

	it('tell a mean from a row of photographs', () => {
		const copy = (references: 'stack' | 'average', photos?: number) =>
			faceText({
				cropSize: 112,
				embeddingLength: 512,
				tokens: 16,
				template: { rightEye: [0, 0], leftEye: [0, 0], mouth: [0, 0] },
				references,
				...(photos && { photos })
			});
		expect(copy('stack', 4)).toContain('up to 4 photographs of a sitter side by side');
		expect(copy('stack')).toContain('all photographs of a sitter side by side');
		expect(copy('average')).toContain('the mean of all photographs');
	});

	it('do not promise to fetch a damaged pack afresh', () => {
		const text = keptPackText({ code: 'pack-file-corrupt', params: { file: 'a.weights' } });
		expect(text.then).toContain('go on with Pocket');
		expect(keptPackText({ code: 'pack-not-kept', params: {} }).what).toContain(
			'not on this device'
		);
	});
});
