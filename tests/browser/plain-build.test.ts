/** The build for browsers without JSPI. The other one is under test everywhere else. */
import { GRAPH_NAMES } from '$lib/contract/manifest';
import type { Ort } from '$workers/runtime/ort';
import { openPack, type Pack } from '$workers/runtime/pack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
	difference,
	readGoldens,
	startRuntime,
	verifiedMicroPack,
	type Goldens
} from './micro-pack';

let ort: Ort;
let pack: Pack;
let goldens: Goldens;
beforeAll(async () => {
	ort = await startRuntime('plain', 2);
	pack = await openPack(ort, await verifiedMicroPack(), { kind: 'wasm' }, () => undefined);
	goldens = await readGoldens();
});
afterAll(() => pack.dispose());

it.each([...GRAPH_NAMES, 'directionEncoder', 'composer'] as const)(
	'%s equals PyTorch',
	async (name) => {
		const golden = goldens.graphs.find(({ graph }) => graph === name)!;
		const feeds = Object.fromEntries(
			Object.entries(golden.inputs).map(([input, tensor]) => [input, goldens.tensor(tensor)])
		);
		const outputs = await pack.graphs[name]!.run(feeds);
		for (const [output, tensor] of Object.entries(golden.outputs))
			expect(difference(outputs[output]!.data, goldens.tensor(tensor).data)).toBeLessThanOrEqual(
				golden.tolerance
			);
	}
);
