import type { AnyGraphName, GraphVariant, PackManifest } from '$lib/contract/manifest';
import { memoryBudget } from '$workers/runtime/memory-budget';
import { planMemory, releasedFor, type OpenVariant } from '$workers/runtime/memory-plan';
import { describe, expect, it } from 'vitest';

type Costs = Partial<Record<AnyGraphName, number>>;

const variantOf = (memoryBytes?: number): GraphVariant => ({
	file: 'graph.onnx',
	externalData: [],
	memoryBytes,
	devices: ['wasm', 'webgpu'],
	dtype: 'float32',
	inputs: [],
	outputs: []
});

function packOf(costs: Costs): Pick<PackManifest, 'graphs' | 'image' | 'files'> {
	const graphs = Object.fromEntries(
		Object.entries(costs).map(([name, cost]) => [name, { variants: [variantOf(cost)] }])
	);
	return {
		graphs: graphs as unknown as PackManifest['graphs'],
		image: { width: 512, height: 640 },
		files: []
	};
}

/** In units of ten megabytes, about as large as float16 packs are. */
const large: Costs = {
	faceEncoder: 17,
	identityProjector: 4,
	textEncoder: 25,
	denoiser: 172,
	vaeEncoder: 7,
	vaeDecoder: 10,
	previewDecoder: 1
};

function keptOf(costs: Costs, budget: number): string[] | 'all' {
	const plan = planMemory(packOf(costs), 'wasm', budget);
	return plan.kind === 'all' ? 'all' : [...plan.kept].sort();
}

describe('planMemory', () => {
	it.each<[string, Costs, number, string[] | 'all']>([
		['everything fits exactly', large, 236, 'all'],
		[
			'one byte less: the smallest group takes turns with the next one',
			large,
			235,
			['denoiser', 'faceEncoder', 'identityProjector', 'previewDecoder', 'textEncoder']
		],
		[
			'room for the denoiser, and something beside it',
			large,
			212,
			['denoiser', 'previewDecoder', 'vaeDecoder']
		],
		['room for the denoiser alone', large, 173, []],
		['not even that', large, 100, []],
		[
			'without a decoder for previews, the decoder stays with the denoiser',
			{ ...large, previewDecoder: undefined },
			218,
			['denoiser', 'vaeDecoder', 'vaeEncoder']
		]
	])('%s', (_, costs, budget, kept) => {
		const present = Object.fromEntries(
			Object.entries(costs).filter(([, cost]) => cost !== undefined)
		);
		expect(keptOf(present, budget)).toEqual(kept);
	});

	it('never plans more than the budget where the largest group fits', () => {
		for (let budget = 173; budget < 236; budget++) {
			const plan = planMemory(packOf(large), 'wasm', budget);
			if (plan.kind === 'all') return expect.unreachable();
			const cost = (names: readonly AnyGraphName[]) =>
				names.reduce((sum, name) => sum + large[name]!, 0);
			const others = plan.groups.filter(([first]) => !plan.kept.has(first!));
			const together = cost([...plan.kept]) + Math.max(...others.map(cost));
			expect(together).toBeLessThanOrEqual(budget);
			// Every graph is in one group.
			expect(plan.groups.flat().sort()).toEqual(Object.keys(large).sort());
		}
	});

	it('counts every size of a graph when all are to be open, the largest when they take turns', () => {
		const manifest = packOf({ ...large, denoiser: 100 });
		const wide = { width: 640, height: 512 };
		manifest.image.others = [wide];
		manifest.graphs.denoiser.variants = [
			{ ...variantOf(100), size: { width: 512, height: 640 } },
			{ ...variantOf(110), size: wide }
		];
		expect(planMemory(manifest, 'wasm', 274).kind).toBe('all');
		expect(planMemory(manifest, 'wasm', 273)).toMatchObject({
			kind: 'turns',
			kept: new Set(Object.keys(large))
		});
	});

	it('counts what the device uses, by its files where the manifest does not say', () => {
		const manifest = packOf(large);
		manifest.files = [
			{ path: 'd.onnx', bytes: 1, sha256: '', chunks: [] },
			{ path: 'd.bin', bytes: 99, sha256: '', chunks: [] }
		];
		manifest.graphs.denoiser.variants = [
			{ ...variantOf(), file: 'd.onnx', externalData: ['d.bin'], devices: ['webgpu'] },
			{ ...variantOf(400), devices: ['wasm'] }
		];
		expect(planMemory(manifest, 'webgpu', 164).kind).toBe('all');
		expect(planMemory(manifest, 'webgpu', 163).kind).toBe('turns');
		expect(planMemory(manifest, 'wasm', 463).kind).toBe('turns');
	});
});

describe('releasedFor', () => {
	const variant = variantOf();
	const open = (name: AnyGraphName): OpenVariant => ({ name, variant });
	const released = (budget: number, isOpen: AnyGraphName[], wanted: OpenVariant) =>
		releasedFor(planMemory(packOf(large), 'wasm', budget), isOpen.map(open), wanted).map(
			({ name }) => name
		);

	it.each<[string, number, AnyGraphName[], AnyGraphName, AnyGraphName[]]>([
		['nothing where all is open', 236, ['denoiser', 'textEncoder'], 'vaeDecoder', []],
		[
			'the denoiser and its previews before the decoder',
			173,
			['denoiser', 'previewDecoder'],
			'vaeDecoder',
			['denoiser', 'previewDecoder']
		],
		['nothing of the same group', 173, ['denoiser'], 'previewDecoder', []],
		[
			'what takes turns, not what stays',
			212,
			['denoiser', 'vaeDecoder', 'textEncoder'],
			'faceEncoder',
			['textEncoder']
		],
		['nothing before what stays', 212, ['faceEncoder'], 'denoiser', []]
	])('%s', (_, budget, isOpen, wanted, expected) => {
		expect(released(budget, isOpen, open(wanted))).toEqual(expected);
	});

	it('another size of the same graph, even of one that stays', () => {
		const other = { name: 'denoiser' as const, variant: variantOf() };
		expect(released(212, ['denoiser', 'vaeDecoder'], other)).toEqual(['denoiser']);
	});
});

describe('memoryBudget', () => {
	const GIB = 2 ** 30;
	it.each<[string, Parameters<typeof memoryBudget>, number]>([
		['WASM ends long before its heap does', ['wasm', 8, null], 2.5],
		['WASM takes half of a small device', ['wasm', 4, null], 2],
		['a browser that does not tell is taken for a small device', ['wasm', undefined, null], 2],
		['a GPU gets a little less', ['webgpu', 8, 4 * GIB], 3],
		['a GPU with small buffers is a small one', ['webgpu', 8, GIB / 4], 1],
		['a GPU in a browser that does not tell', ['webgpu', undefined, 2 * GIB], 1.5]
	])('%s', (_, facts, expected) => {
		expect(memoryBudget(...facts)).toBe(expected * GIB);
	});
});
