import { recogniseFiles, type OfferedSource } from '$lib/contract/offer';
import { describe, expect, it } from 'vitest';

const source = (id: string, path: string, bytes: number): OfferedSource => ({
	id,
	repository: 'a/b',
	path,
	bytes,
	licences: []
});
const sources = [
	source('unet', 'unet/model.safetensors', 70),
	source('vae', 'vae/model.safetensors', 20),
	source('face', 'face.bin', 10)
];
const file = (name: string, size: number) => ({ name, size });

describe('recogniseFiles', () => {
	it('finds every file by name and size, whatever the order', () => {
		const files = [
			file('face.bin', 10),
			file('model.safetensors', 20),
			file('model.safetensors', 70)
		];
		const { found, missing, unknown } = recogniseFiles(sources, files);
		expect([...found].map(([id, { size }]) => [id, size])).toEqual([
			['unet', 70],
			['vae', 20],
			['face', 10]
		]);
		expect(missing).toEqual([]);
		expect(unknown).toEqual([]);
	});

	it('takes no file of another size or name, and says which', () => {
		const files = [file('model.safetensors', 71), file('face.bin.part', 10)];
		const { found, missing, unknown } = recogniseFiles(sources, files);
		expect(found.size).toBe(0);
		expect(missing.map(({ id }) => id)).toEqual(['unet', 'vae', 'face']);
		expect(unknown).toEqual(files);
	});

	it('gives a file that two sources want once', () => {
		const twice = [source('one', 'x/same.bin', 5), source('two', 'y/same.bin', 5)];
		const { found, files } = recogniseFiles(twice, [file('same.bin', 5)]);
		expect(found.size).toBe(2);
		expect(files).toHaveLength(1);
	});
});
