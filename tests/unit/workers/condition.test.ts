import { isLuxError } from '$lib/contract/errors';
import type { ClipConditioning, PackManifest } from '$lib/contract/manifest';
import type { Graph, GraphTensor } from '$workers/runtime/graph';
import type { Pack } from '$workers/runtime/pack';
import { conditionDirection, conditionIdentity } from '$workers/stages/condition';
import { describe, expect, it } from 'vitest';
import text from '../../fixtures/packs/micro/manifest.json?raw';

const micro = JSON.parse(text) as PackManifest;
const clip: ClipConditioning = {
	kind: 'clip',
	tokens: 4,
	width: 2,
	tokenizer: { tokenizer: 't.json', config: 'c.json' },
	negative: 'blurred'
};

/** A graph that answers with a function of its input. */
const graph = (run: Graph['run']): Graph => ({ run, release: async () => undefined });
/** Two tokens of width two: the embedding's first two numbers, twice. */
const projector = graph(async ({ embedding }) => ({
	identity_hidden_states: {
		data: Float32Array.of(embedding!.data[0]!, embedding!.data[1]!, 7, 7),
		shape: [1, 2, 2]
	}
}));

function packOf(
	references: PackManifest['identity']['references'],
	conditioning: PackManifest['conditioning'],
	photos?: number
): Pick<Pack, 'manifest' | 'graphs'> {
	const identity = { ...micro.identity, embeddingLength: 2, references, photos };
	return {
		manifest: { ...micro, identity, conditioning },
		graphs: {
			identityProjector: projector,
			textEncoder: graph(async ({ input_ids: ids }) => ({
				encoder_hidden_states: { data: Float32Array.from(ids!.data), shape: [1, 4, 1] }
			}))
		} as Partial<Pack['graphs']> as Pack['graphs']
	};
}

const front = Float32Array.of(1, 0);
const left = Float32Array.of(0, 1);
const numbers = ({ data }: GraphTensor) => [...data];

describe('conditionIdentity', () => {
	it('averages references, and turns the adapter off for nobody', async () => {
		const tokens = await conditionIdentity(packOf('average', micro.conditioning), [front, left]);
		expect(tokens.conditional.shape).toEqual([1, 2, 2]);
		expect(tokens.conditional.data[0]).toBeCloseTo(Math.SQRT1_2);
		expect(tokens.unconditionalShare).toBe(0);
	});

	it('lines references up, and projects zeros as often for nobody', async () => {
		const tokens = await conditionIdentity(packOf('stack', clip), [front, left]);
		expect(tokens.conditional.shape).toEqual([1, 4, 2]);
		expect(numbers(tokens.conditional)).toEqual([1, 0, 7, 7, 0, 1, 7, 7]);
		expect(tokens.unconditional.shape).toEqual([1, 4, 2]);
		expect(numbers(tokens.unconditional)).toEqual([0, 0, 7, 7, 0, 0, 7, 7]);
		expect(tokens.unconditionalShare).toBe(1);
	});

	it('takes no more photographs than the pack does', async () => {
		const tokens = await conditionIdentity(packOf('stack', clip, 1), [front, left]);
		expect(numbers(tokens.conditional)).toEqual([1, 0, 7, 7]);
	});
});

describe('conditionDirection', () => {
	const tokenizer = { ids: (prompt: string) => Int32Array.of(prompt.length, 0, 0, 9) };
	const request = { direction: {} as never, compositionSeed: 1 };

	it('tells one branch the prompt and the other the negative one', async () => {
		const pack = packOf('stack', clip);
		const told = await conditionDirection(pack, tokenizer, { ...request, prompt: 'abc' }, true);
		expect(numbers(told.conditional)).toEqual([3, 0, 0, 9]);
		expect(numbers(told.unconditional!)).toEqual([clip.negative.length, 0, 0, 9]);
		const alone = await conditionDirection(pack, tokenizer, { ...request, prompt: 'abc' }, false);
		expect(alone.unconditional).toBeNull();
	});

	it('refuses to work without a prompt', async () => {
		await expect(
			conditionDirection(packOf('stack', clip), tokenizer, request, true)
		).rejects.toSatisfy((error) => isLuxError(error, 'request-invalid'));
	});
});
