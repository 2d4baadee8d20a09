import type { Direction } from '$lib/contract/direction';
import type { PackManifest } from '$lib/contract/manifest';
import type { Graph } from '$workers/runtime/graph';
import type { Graphs } from '$workers/runtime/pack';
import { Conditioner } from '$workers/stages/conditioner';
import { describe, expect, it } from 'vitest';
import text from '../../fixtures/packs/micro/manifest.json?raw';

const micro = JSON.parse(text) as PackManifest;
const identity = { ...micro.identity, embeddingLength: 2 };
const clip: PackManifest = {
	...micro,
	identity: { ...identity, references: 'stack' },
	conditioning: {
		kind: 'clip',
		tokens: 4,
		width: 2,
		tokenizer: { tokenizer: 't.json', config: 'c.json' },
		negative: 'blurred'
	}
};
const words: PackManifest = { ...micro, identity };
const tokenizer = { ids: (prompt: string) => Int32Array.of(prompt.length) };
const direction: Direction = {
	framing: 'F5',
	setting: null,
	styling: null,
	mood: null,
	pose: null,
	look: null
};
const told = { direction, prompt: 'abc', compositionSeed: 1 };
const front = Float32Array.of(1, 0);
const left = Float32Array.of(0, 1);

/** Graphs that answer with the first number they get, and count how often they ran. */
function counted(names: (keyof Graphs)[]) {
	const runs: Partial<Record<keyof Graphs, number>> = {};
	const graph = (name: keyof Graphs): Graph => ({
		run: async (feeds) => {
			runs[name] = (runs[name] ?? 0) + 1;
			const [first] = Object.values(feeds);
			const output = name === 'composer' ? 'composition' : 'states';
			return { [output]: { data: Float32Array.of(first!.data[0]!), shape: [1, 1, 1] } };
		},
		release: async () => undefined
	});
	const graphs = Object.fromEntries(names.map((name) => [name, graph(name)])) as Partial<Graphs>;
	return { runs, graphs: graphs as Graphs };
}

describe('the sitter', () => {
	it('is read once a shoot, and again for another one', async () => {
		const { runs, graphs } = counted(['identityProjector']);
		const conditioner = new Conditioner(clip, tokenizer);
		const first = await conditioner.identity(graphs, [front, left], true);
		// Two photographs, and nobody.
		expect(runs.identityProjector).toBe(3);
		const again = await conditioner.identity(graphs, [front.slice(), left.slice()], true);
		expect(runs.identityProjector).toBe(3);
		expect(again).toBe(first);

		await conditioner.identity(graphs, [front], true);
		// Nobody is the same for every sitter.
		expect(runs.identityProjector).toBe(4);
		await conditioner.identity(graphs, [front, left], true);
		expect(runs.identityProjector).toBe(6);
	});

	it('is read again for one number that differs, another order, and without guidance', async () => {
		const { graphs } = counted(['identityProjector']);
		const conditioner = new Conditioner(clip, tokenizer);
		const embedding = front.slice();
		const first = await conditioner.identity(graphs, [embedding], false);
		expect(first.unconditional).toBeNull();
		// The caller's own array changes: what is remembered must not change with it.
		embedding[0] = 0.5;
		const second = await conditioner.identity(graphs, [embedding], false);
		expect(second).not.toBe(first);
		await conditioner.identity(graphs, [front, left], false);
		const turned = await conditioner.identity(graphs, [left, front], false);
		expect(turned.conditional['states']!.data).toEqual(Float32Array.of(0, 1));
		expect((await conditioner.identity(graphs, [left, front], true)).unconditional).not.toBeNull();
	});

	it('is not remembered when reading failed', async () => {
		const { runs, graphs } = counted(['identityProjector']);
		const conditioner = new Conditioner(clip, tokenizer);
		await expect(conditioner.identity(graphs, [], true)).rejects.toThrow();
		await expect(conditioner.identity(graphs, [], true)).rejects.toThrow();
		await conditioner.identity(graphs, [front], false);
		expect(runs.identityProjector).toBe(1);
	});
});

describe('the direction', () => {
	it('in words is read once for each prompt', async () => {
		const { runs, graphs } = counted(['textEncoder']);
		const conditioner = new Conditioner(clip, tokenizer);
		const first = await conditioner.direction(graphs, told, true);
		const again = await conditioner.direction(graphs, { ...told, compositionSeed: 9 }, true);
		expect(again).toBe(first);
		expect(runs.textEncoder).toBe(2);
		const other = await conditioner.direction(graphs, { ...told, prompt: 'abcd' }, true);
		expect(other.conditional['states']!.data).toEqual(Float32Array.of(4));
		expect((await conditioner.direction(graphs, told, false)).unconditional).toBeNull();
		expect(runs.textEncoder).toBe(5);
	});

	it('in options is read once for each, whatever the prompt', async () => {
		const { runs, graphs } = counted(['directionEncoder']);
		const conditioner = new Conditioner(words, null);
		await conditioner.direction(graphs, told, false);
		await conditioner.direction(graphs, { ...told, prompt: 'x', compositionSeed: 9 }, false);
		expect(runs.directionEncoder).toBe(1);
		await conditioner.direction(
			graphs,
			{ ...told, direction: { ...direction, look: 'L4' } },
			false
		);
		expect(runs.directionEncoder).toBe(2);
	});

	it('is composed again for another seed', async () => {
		const { runs, graphs } = counted(['directionEncoder', 'composer']);
		const conditioner = new Conditioner(words, null);
		await conditioner.direction(graphs, told, false);
		await conditioner.direction(graphs, told, false);
		expect(runs.composer).toBe(1);
		await conditioner.direction(graphs, { ...told, compositionSeed: 2 }, false);
		expect(runs.composer).toBe(2);
	});
});
