/** Every graph of a pack, in a real browser on the real runtime, gives what PyTorch gives. */
import { GRAPH_NAMES } from '$lib/contract/manifest';
import type { Ort } from '$workers/runtime/ort';
import { openPack, type Pack } from '$workers/runtime/pack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
	difference,
	openTestGpu,
	readGoldens,
	startRuntime,
	verifiedMicroPack,
	type Goldens
} from './micro-pack';

/** All that a pack with a vocabulary has. */
const NAMES = [...GRAPH_NAMES, 'directionEncoder', 'composer'] as const;
/** Across devices; within one device the goldens' own, tighter tolerances hold. */
const ACROSS_DEVICES = 2e-2;

describe('micro pack', () => {
	let ort: Ort;
	let goldens: Goldens;
	beforeAll(async () => {
		[ort, goldens] = await Promise.all([startRuntime(), readGoldens()]);
	});

	async function worstOf(pack: Pack, name: (typeof NAMES)[number]) {
		const golden = goldens.graphs.find(({ graph }) => graph === name);
		if (!golden) throw new Error(`no golden for ${name}`);
		const feeds = Object.fromEntries(
			Object.entries(golden.inputs).map(([input, tensor]) => [input, goldens.tensor(tensor)])
		);
		const outputs = await pack.graphs[name]!.run(feeds);
		const worst = Object.entries(golden.outputs).map(([output, tensor]) =>
			difference(outputs[output]!.data, goldens.tensor(tensor).data)
		);
		return { worst: Math.max(...worst), tolerance: golden.tolerance };
	}

	describe('on WASM', () => {
		let pack: Pack;
		beforeAll(async () => {
			pack = await openPack(ort, await verifiedMicroPack(), { kind: 'wasm' }, () => undefined);
		});
		afterAll(() => pack.dispose());

		it.each(NAMES)('%s equals PyTorch', async (name) => {
			const { worst, tolerance } = await worstOf(pack, name);
			expect(worst).toBeLessThanOrEqual(tolerance);
		});
	});

	describe('on WebGPU (software adapter)', () => {
		let pack: Pack;
		let close: () => void;
		beforeAll(async () => {
			const { gpu, device } = await openTestGpu();
			close = () => gpu.dispose();
			pack = await openPack(ort, await verifiedMicroPack(), device, () => undefined);
		});
		afterAll(async () => {
			await pack.dispose();
			close();
		});

		it.each(NAMES)('%s equals PyTorch', async (name) => {
			const { worst } = await worstOf(pack, name);
			expect(worst).toBeLessThanOrEqual(ACROSS_DEVICES);
		});
	});
});
