import type { GraphVariant } from '$lib/contract/manifest';
import type { Graph } from '$workers/runtime/graph';
import { underKnownNames } from '$workers/runtime/graph-names';
import { expect, it } from 'vitest';

const float = { shape: [1], dtype: 'float32' as const };
const variant: GraphVariant = {
	file: 'face.onnx',
	externalData: [],
	devices: ['wasm'],
	dtype: 'float32',
	inputs: [{ ...float, name: 'input.1', as: 'crop' }],
	outputs: [
		{ ...float, name: '683', as: 'embedding' },
		{ ...float, name: 'norm' }
	]
};

it('feeds and reads a graph by the names of its file', async () => {
	const seen: string[] = [];
	const one = { data: Float32Array.of(1), shape: [1] };
	const graph: Graph = {
		run: async (feeds) => {
			seen.push(...Object.keys(feeds));
			return { '683': one, norm: one };
		},
		release: async () => void seen.push('released')
	};
	const known = underKnownNames(graph, variant);
	expect(Object.keys(await known.run({ crop: one }))).toEqual(['embedding', 'norm']);
	await known.release();
	expect(seen).toEqual(['input.1', 'released']);
	const plain = { ...variant, inputs: [{ ...float, name: 'crop' }], outputs: [] };
	expect(underKnownNames(graph, plain)).toBe(graph);
});
