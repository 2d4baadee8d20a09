import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildFaceModels } from '../../../scripts/face-models/build.mjs';

describe('buildFaceModels', { timeout: 30_000 }, () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'faces-'));
	});
	afterEach(() => rmSync(folder, { recursive: true }));

	const read = (name: string) => readFileSync(join(folder, name));

	it('builds once, then only again when a file is damaged, and always the same bytes', () => {
		expect(buildFaceModels(folder).built).toBe(true);
		const [manifest, detector] = [read('faces.json'), read('detector.onnx')];
		expect(buildFaceModels(folder).built).toBe(false);
		writeFileSync(join(folder, 'detector.onnx'), detector.subarray(0, 1000));
		expect(buildFaceModels(folder).built).toBe(true);
		expect(read('detector.onnx').equals(detector)).toBe(true);
		expect(read('faces.json').equals(manifest)).toBe(true);
	});

	it('names its source, its licences and the size of every file', () => {
		buildFaceModels(folder);
		const manifest = JSON.parse(read('faces.json').toString());
		expect(manifest.source).toEqual({
			package: '@vladmandic/human',
			version: expect.stringMatching(/^\d+\.\d+\.\d+$/)
		});
		expect(manifest.licences.map((licence: { name: string }) => licence.name)).toEqual([
			'Apache-2.0',
			'MIT'
		]);
		for (const { path, bytes } of manifest.files)
			expect(statSync(join(folder, path)).size).toBe(bytes);
	});
});
