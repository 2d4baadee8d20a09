/** What an app would bring of the toy pack: one graph, used for everything, and the words. */
import type { PackManifest } from '$lib/contract/manifest';
import type { Installation } from '$workers/assembly/source/install';
import { readFileSync } from 'node:fs';
import { sha256, toyPack } from './toy-pack';

const BROUGHT = new Map(
	['graph.onnx', 'words/tokenizer.json', 'words/config.json'].map((path) => [
		path,
		new TextEncoder().encode(`bytes of ${path}`)
	])
);

const entry = (path: string, bytes: Uint8Array) => ({
	path,
	bytes: bytes.length,
	sha256: sha256(bytes),
	chunks: [sha256(bytes)]
});

/** @param change Of the manifest, before it is written down. */
export function toyTemplate(
	change: (manifest: PackManifest) => unknown = () => undefined
): Pick<Installation, 'template' | 'bring'> & { asked: string[] } {
	const manifest = JSON.parse(
		readFileSync('tests/fixtures/packs/micro-clip/pack/manifest.json', 'utf8')
	) as PackManifest;
	const weights = [...toyPack().files.keys()];
	const graph = (): PackManifest['graphs']['denoiser'] => ({
		variants: [
			{
				file: 'graph.onnx',
				externalData: weights,
				devices: ['wasm'],
				dtype: 'float32',
				inputs: [],
				outputs: []
			}
		]
	});
	manifest.graphs = Object.fromEntries(
		Object.keys(manifest.graphs).map((name) => [name, graph()])
	) as PackManifest['graphs'];
	if (manifest.conditioning.kind === 'clip')
		manifest.conditioning.tokenizer = {
			tokenizer: 'words/tokenizer.json',
			config: 'words/config.json'
		};
	manifest.files = [...BROUGHT].map(([path, bytes]) => entry(path, bytes));
	manifest.totalBytes = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
	change(manifest);
	const asked: string[] = [];
	return {
		template: new TextEncoder().encode(JSON.stringify(manifest)),
		asked,
		async bring(path) {
			asked.push(path);
			return BROUGHT.get(path)!.slice().buffer;
		}
	};
}
