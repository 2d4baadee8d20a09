import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { copyPacks } from '../../../scripts/prepare-static.mjs';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'luxshot-static-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function pack(name: string, files: readonly string[]): void {
	mkdirSync(join(folder, 'packs', name), { recursive: true });
	for (const file of files) writeFileSync(join(folder, 'packs', name, file), file);
}
const served = () => join(folder, 'served');
const offers = () => JSON.parse(readFileSync(join(served(), 'packs.json'), 'utf8')) as unknown;

it('copies what belongs to the app, and lists the packs with a recipe, sorted', async () => {
	const words = ['tokenizer.json', 'tokenizer_config.json'];
	pack('pocket', ['manifest.json', 'denoiser.onnx', 'CARD.md', ...words]);
	pack('wide', ['manifest.json', 'denoiser.onnx', 'recipe.json', 'CARD.md', ...words]);
	pack('photoreal', ['manifest.json', 'recipe.json']);
	writeFileSync(join(folder, 'packs', 'README.md'), '');
	await copyPacks(join(folder, 'packs'), served());
	expect(readdirSync(served()).sort()).toEqual(['packs.json', 'photoreal', 'pocket', 'wide']);
	expect(readdirSync(join(served(), 'pocket')).sort()).toEqual(['denoiser.onnx', 'manifest.json']);
	expect(readdirSync(join(served(), 'wide')).sort()).toEqual(
		['denoiser.onnx', 'manifest.json', 'recipe.json', ...words].sort()
	);
	expect(offers()).toEqual({ offers: ['photoreal', 'wide'] });
});

it('leaves nothing of an earlier copy behind', async () => {
	pack('pocket', ['manifest.json']);
	mkdirSync(join(served(), 'gone'), { recursive: true });
	await copyPacks(join(folder, 'packs'), served());
	expect(readdirSync(served()).sort()).toEqual(['packs.json', 'pocket']);
	expect(offers()).toEqual({ offers: [] });
});
