/** A small pack with every kind of weight, whose bytes are known from PyTorch, the forge and ONNX Runtime. */
import checkpoints from '../../fixtures/assembly/checkpoints.json';
import numbers from '../../fixtures/assembly/numbers.json';
import {
	OUTPUT_ALIGNMENT,
	type AssemblyRecipe,
	type RecipeInput,
	type RecipeOutput,
	type RecipeWeight
} from '$lib/contract/assembly-recipe';
import type { Dtype } from '$lib/contract/checkpoint';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { safetensors, type PlainTensor } from './safetensors-file';

export const decode = (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64'));
export const sha256 = (bytes: Uint8Array | string) =>
	createHash('sha256').update(bytes).digest('hex');

const conv = numbers.int8[2]!;
const dense = numbers.int4[3]!;
const lora = numbers.lora[0]!;
const adapter = checkpoints['adapter.bin'];
const key = adapter['ip_adapter.1.to_k_ip.weight'];
const bias = adapter['image_proj.norm.bias'];

const tensor = (dtype: Dtype, shape: number[], bytes: Uint8Array<ArrayBuffer>): PlainTensor => ({
	dtype,
	shape,
	bytes
});
const ids = new Uint8Array(new BigInt64Array([0n, 1n, 2n]).buffer);

export const SOURCES = {
	unet: safetensors(
		new Map([
			['conv', tensor('F32', conv.shape, decode(conv.weight))],
			['dense', tensor('F32', [dense.n, dense.k], decode(dense.weight))],
			['linear', tensor('F32', lora.shape, decode(lora.weight))],
			['ids', tensor('I64', [3], ids)],
			['norm', tensor('F16', bias.shape, decode(bias.bytes))],
			['spare', tensor('U8', [1], new Uint8Array(1))]
		])
	),
	lora: safetensors(
		new Map([
			['up', tensor('F32', [lora.shape[0]!, lora.rank], decode(lora.up))],
			['down', tensor('F32', [lora.rank, lora.shape[1]!], decode(lora.down))]
		])
	),
	adapter: new Uint8Array(readFileSync('tests/fixtures/assembly/adapter.bin'))
};
export type SourceId = keyof typeof SOURCES;

const input = (source: SourceId, name: string, dtype: Dtype, shape: number[]): RecipeInput => ({
	source,
	tensor: name,
	dtype,
	shape,
	steps: []
});

/** The inverse of nothing: 2 x 3 turned round by hand, as halves. */
const values = new Float32Array(decode(key.bytes).buffer);
const turned = [0, 3, 1, 4, 2, 5].map((i) => values[i]!);

/** Weights without places, and the bytes that each output has to have. */
const WEIGHTS: [Omit<RecipeWeight, 'outputs'>, [RecipeOutput['part'], string, Uint8Array][]][] = [
	[
		{
			inputs: [{ ...input('adapter', 'ip_adapter.1.to_k_ip.weight', 'F32', [2, 3]) }],
			combine: null,
			steps: [{ kind: 'transpose', order: [1, 0] }],
			encoding: { kind: 'cast', dtype: 'F32' }
		},
		[['values', 'k_ip', new Uint8Array(Float32Array.from(turned).buffer)]]
	],
	[
		{
			inputs: [input('unet', 'conv', 'F32', conv.shape)],
			combine: null,
			steps: [],
			encoding: { kind: 'int8', axis: 0, scales: 'F32' }
		},
		[
			['codes', 'conv.int8', decode(conv.codes)],
			['scales', 'conv.scale', decode(conv.scales)]
		]
	],
	[
		{
			inputs: [input('unet', 'dense', 'F32', [dense.n, dense.k])],
			combine: null,
			steps: [],
			encoding: { kind: 'int4', block: 32, symmetric: false, scales: 'F32' }
		},
		[
			['codes', 'dense_Q4', decode(dense.codes)],
			['scales', 'dense_scales', decode(dense.scales)],
			['zeroPoints', 'dense_zp', decode(dense.zeroPoints)]
		]
	],
	[
		{
			inputs: [
				input('unet', 'linear', 'F32', lora.shape),
				input('lora', 'up', 'F32', [lora.shape[0]!, lora.rank]),
				input('lora', 'down', 'F32', [lora.rank, lora.shape[1]!])
			],
			combine: { kind: 'lora', factors: [lora.scale] },
			steps: [],
			encoding: { kind: 'cast', dtype: 'F32' }
		},
		[['values', 'linear', decode(lora.merged)]]
	],
	[
		{
			inputs: [input('unet', 'ids', 'I64', [3])],
			combine: null,
			steps: [],
			encoding: { kind: 'copy' }
		},
		[['values', 'ids', ids]]
	],
	[
		{
			inputs: [
				input('unet', 'norm', 'F16', bias.shape),
				{
					...input('adapter', 'image_proj.norm.bias', 'F16', bias.shape),
					steps: [{ kind: 'slice', axis: 0, start: 0, end: 2 }]
				}
			],
			combine: { kind: 'concatenate', axis: 0 },
			steps: [{ kind: 'reshape', shape: [3, 3] }],
			encoding: { kind: 'cast', dtype: 'F16' }
		},
		[
			[
				'values',
				'norm',
				Uint8Array.from([...decode(bias.bytes), ...decode(bias.bytes).subarray(0, 4)])
			]
		]
	]
];

/** Two shards, initializers one after the other at multiples of 64. */
export function toyPack(): {
	recipe: AssemblyRecipe;
	files: Map<string, Uint8Array>;
	needs: Map<string, number>;
} {
	const ends = new Map([
		['weights/a.bin', 0],
		['weights/b.bin', 0]
	]);
	const content: [file: string, offset: number, bytes: Uint8Array][] = [];
	const needs = new Map<string, number>();
	const weights = WEIGHTS.map(([weight, outputs], index): RecipeWeight => {
		const file = index < 3 ? 'weights/a.bin' : 'weights/b.bin';
		return {
			...structuredClone(weight),
			outputs: outputs.map(([part, initializer, bytes]) => {
				const offset = Math.ceil(ends.get(file)! / OUTPUT_ALIGNMENT) * OUTPUT_ALIGNMENT;
				ends.set(file, offset + bytes.length);
				content.push([file, offset, bytes]);
				needs.set(initializer, bytes.length);
				return { part, initializer, file, offset, bytes: bytes.length };
			})
		};
	});
	const files = new Map([...ends].map(([path, bytes]) => [path, new Uint8Array(bytes)]));
	for (const [file, offset, bytes] of content) files.get(file)!.set(bytes, offset);
	const recipe: AssemblyRecipe = {
		formatVersion: 1,
		id: 'toy',
		sources: (Object.keys(SOURCES) as SourceId[]).map((id) => ({
			id,
			repository: `publisher/${id}`,
			revision: '0123456789abcdef0123456789abcdef01234567',
			path: id === 'adapter' ? 'adapter.bin' : `${id}/model.safetensors`,
			bytes: SOURCES[id].length,
			sha256: sha256(SOURCES[id]),
			format: id === 'adapter' ? 'torch' : 'safetensors',
			unused:
				id === 'unet'
					? ['spare']
					: id === 'adapter'
						? ['image_proj.proj.0.weight', 'ip_adapter.31.to_v_ip.weight']
						: []
		})),
		files: [...files].map(([path, bytes]) => ({ path, bytes: bytes.length, sha256: null })),
		weights
	};
	return { recipe, files, needs };
}
