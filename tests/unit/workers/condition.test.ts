import { isLuxError } from '$lib/contract/errors';
import type {
	ClipConditioning,
	PackManifest,
	VocabularyConditioning
} from '$lib/contract/manifest';
import type { Graph, GraphTensor, GraphTensors } from '$workers/runtime/graph';
import type { Pack } from '$workers/runtime/pack';
import { composedFace } from '$workers/stages/compose';
import {
	conditionDirection,
	conditionIdentity,
	conditionRegion,
	encodeNobody
} from '$workers/stages/condition';
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

const vocabulary = { ...(micro.conditioning as VocabularyConditioning) };
delete vocabulary.points;

/** A graph that answers with a function of its input. */
const graph = (run: Graph['run']): Graph => ({ run, release: async () => undefined });
const tensor = (shape: number[], ...data: number[]): GraphTensor => ({
	data: Float32Array.from(data),
	shape
});
/** Two tokens of width two: the embedding's first two numbers, twice. */
const projector = graph(async ({ embedding }) => ({
	identity_hidden_states: tensor([1, 2, 2], embedding!.data[0]!, embedding!.data[1]!, 7, 7)
}));
/** As large packs have it: two outputs, of different widths. */
const keysAndValues = graph(async ({ embedding }) => ({
	identity_keys: tensor([1, 1, 2], embedding!.data[0]!, embedding!.data[1]!),
	identity_values: tensor([1, 1, 3], 10, 20, embedding!.data[0]!)
}));

function packOf(
	identity: Partial<PackManifest['identity']>,
	conditioning: PackManifest['conditioning'],
	graphs: Partial<Pack['graphs']> = {}
): Pick<Pack, 'manifest' | 'graphs'> {
	return {
		manifest: {
			...micro,
			identity: { ...micro.identity, embeddingLength: 2, ...identity },
			conditioning
		},
		graphs: {
			identityProjector: projector,
			textEncoder: graph(async ({ input_ids: ids }) => ({
				encoder_hidden_states: tensor([1, 4, 1], ...ids!.data)
			})),
			...graphs
		} as Partial<Pack['graphs']> as Pack['graphs']
	};
}

const front = Float32Array.of(1, 0);
const left = Float32Array.of(0, 1);
const numbers = ({ data }: GraphTensor) => [...data];
const states = (tensors: GraphTensors | null) =>
	numbers((tensors!['identity_hidden_states'] ?? tensors!['encoder_hidden_states'])!);
const told = (pack: ReturnType<typeof packOf>, embeddings: Float32Array[], guided = true) =>
	conditionIdentity(pack, embeddings, guided ? () => encodeNobody(pack) : null);

describe('conditionIdentity', () => {
	it('averages references, and turns the adapter off for nobody', async () => {
		const tokens = await told(packOf({ references: 'average' }, micro.conditioning), [front, left]);
		expect(tokens.conditional['identity_hidden_states']!.shape).toEqual([1, 2, 2]);
		expect(states(tokens.conditional)[0]).toBeCloseTo(Math.SQRT1_2);
		expect(tokens.unconditional).toBe(tokens.conditional);
		expect(tokens.unconditionalShare).toBe(0);
		expect(tokens.mean![1]).toBeCloseTo(Math.SQRT1_2);
	});

	it('lines references up, and projects zeros as often for nobody', async () => {
		const tokens = await told(packOf({ references: 'stack' }, clip), [front, left]);
		expect(tokens.conditional['identity_hidden_states']!.shape).toEqual([1, 4, 2]);
		expect(states(tokens.conditional)).toEqual([1, 0, 7, 7, 0, 1, 7, 7]);
		expect(tokens.unconditional!['identity_hidden_states']!.shape).toEqual([1, 4, 2]);
		expect(states(tokens.unconditional)).toEqual([0, 0, 7, 7, 0, 0, 7, 7]);
		expect(tokens.unconditionalShare).toBe(1);
	});

	it('lines every output up by its name', async () => {
		const pack = packOf({ references: 'stack' }, clip, { identityProjector: keysAndValues });
		const { conditional, unconditional } = await told(pack, [front, left]);
		expect(conditional).toEqual({
			identity_keys: tensor([1, 2, 2], 1, 0, 0, 1),
			identity_values: tensor([1, 2, 3], 10, 20, 1, 10, 20, 0)
		});
		expect(numbers(unconditional!['identity_values']!)).toEqual([10, 20, 0, 10, 20, 0]);
	});

	it('takes no more photographs than the pack does', async () => {
		const tokens = await told(packOf({ references: 'stack', photos: 1 }, clip), [front, left]);
		expect(states(tokens.conditional)).toEqual([1, 0, 7, 7]);
	});

	it('asks for nobody under guidance only', async () => {
		const tokens = await told(packOf({ references: 'stack' }, clip), [front], false);
		expect(tokens.unconditional).toBeNull();
	});
});

describe('a pack whose embeddings are features', () => {
	/** Mean of the three planes of a 2 x 2 crop, of which the first two are the features. */
	const faceEncoder = graph(async ({ crop }) => ({
		embedding: tensor([1, 2], crop!.data[0]! * 8, crop!.data[4]! * 8)
	}));
	const features = { embedding: 'features', cropSize: 2 } as const;

	it('averages them as they are, and gives nobody anything to compare', async () => {
		const pack = packOf({ ...features, references: 'average' }, clip, { faceEncoder });
		const tokens = await told(pack, [Float32Array.of(3, 0), Float32Array.of(1, 8)]);
		expect(states(tokens.conditional)).toEqual([2, 4, 7, 7]);
		expect(tokens.mean).toBeNull();
	});

	it('lines them up as they are, and takes ones that cancel out', async () => {
		const pack = packOf({ ...features, references: 'stack' }, clip, { faceEncoder });
		const tokens = await told(pack, [Float32Array.of(3, 0), Float32Array.of(-3, 0)]);
		expect(states(tokens.conditional)).toEqual([3, 0, 7, 7, -3, 0, 7, 7]);
	});

	it('knows nobody from a blank crop, in the colour that the manifest names', async () => {
		const grey = packOf({ ...features, references: 'average' }, clip, { faceEncoder });
		expect(states((await told(grey, [front])).unconditional)).toEqual([0, 0, 7, 7]);
		const named = { ...features, references: 'average', nobody: [-0.5, 0.25, 1] } as const;
		const coloured = packOf({ ...named, nobody: [...named.nobody] }, clip, { faceEncoder });
		expect(states((await told(coloured, [front])).unconditional)).toEqual([-4, 2, 7, 7]);
	});

	it.each([[[]], [[Float32Array.of(1)]]])('refuses %j', async (embeddings) => {
		const pack = packOf({ ...features, references: 'stack' }, clip, { faceEncoder });
		await expect(told(pack, embeddings)).rejects.toSatisfy((error) =>
			isLuxError(error, 'request-invalid')
		);
	});
});

describe('conditionDirection', () => {
	const tokenizer = { ids: (prompt: string) => Int32Array.of(prompt.length, 0, 0, 9) };
	const request = { direction: {} as never, compositionSeed: 1 };

	it('tells one branch the prompt and the other the negative one', async () => {
		const pack = packOf({}, clip);
		const both = await conditionDirection(pack, tokenizer, { ...request, prompt: 'abc' }, true);
		expect(states(both.conditional)).toEqual([3, 0, 0, 9]);
		expect(states(both.unconditional)).toEqual([clip.negative.length, 0, 0, 9]);
		const alone = await conditionDirection(pack, tokenizer, { ...request, prompt: 'abc' }, false);
		expect(alone.unconditional).toBeNull();
	});

	it('refuses to work without a prompt', async () => {
		await expect(conditionDirection(packOf({}, clip), tokenizer, request, true)).rejects.toSatisfy(
			(error) => isLuxError(error, 'request-invalid')
		);
	});
});

describe('conditionRegion', () => {
	const direction = {
		framing: 'F7',
		setting: 'S2',
		styling: null,
		mood: null,
		pose: null,
		look: null
	} as const;
	const encoder = graph(async ({ direction_ids: ids }) => ({
		encoder_hidden_states: tensor([1, 6, 1], ...ids!.data)
	}));
	/** Eyes, nose and mouth of a face in the middle, and one number that is no place. */
	const places = [0.45, 0.5, 0.55, 0.5, 0.5, 0.55, 0.475, 0.6, 0.525, 0.6];
	const composer = graph(async () => ({ composition: tensor([1, 11], ...places, -1) }));
	const request = { direction, compositionSeed: 1 };
	const region = { x: 100, y: 100, width: 200, height: 400 };
	const picture = { width: 400, height: 800 };
	const within = async (conditioning: PackManifest['conditioning'], guided: boolean) => {
		const pack = packOf({}, conditioning, { directionEncoder: encoder, composer });
		const tokenizer = { ids: () => Int32Array.of(1, 2, 3, 4) };
		const prompted = { ...request, prompt: 'a portrait' };
		const whole = await conditionDirection(pack, tokenizer, prompted, guided);
		return { whole, tokens: await conditionRegion(pack, request, whole, region, picture) };
	};

	it('leaves the framing open and says where the face lies in the region', async () => {
		const { whole, tokens } = await within({ ...vocabulary, points: 5 }, true);
		expect(states(whole.conditional)).toEqual([6, 1, 9, 9, 9, 9]);
		expect(states(tokens.conditional)).toEqual([9, 1, 9, 9, 9, 9]);
		expect(tokens.unconditional).toBe(whole.unconditional);
		const moved = numbers(tokens.composition!);
		[0.4, 0.75, 0.6, 0.75, 0.5, 0.85, 0.45, 0.95, 0.55, 0.95, -1].forEach((place, i) =>
			expect(moved[i]).toBeCloseTo(place, 5)
		);
		expect(whole.composition!.data[0]).toBeCloseTo(0.45, 5);
		expect(whole.composition!.data[10]).toBe(-1);
	});

	it('knows where the face was told to be, which is where its points are', async () => {
		const { whole } = await within({ ...vocabulary, points: 5 }, false);
		const box = composedFace(whole.composition!, picture);
		expect(box.x + box.width / 2).toBeCloseTo(200, 3);
		// Eyes at 400, mouth at 480: the brow is above the eyes, the chin below the mouth.
		expect(box.y).toBeLessThan(400 - 40);
		expect(box.y + box.height).toBeGreaterThan(480 + 40);
	});

	it('tells the same again where a pack says nothing of points, or reads a prompt', async () => {
		for (const conditioning of [vocabulary, clip]) {
			const { whole, tokens } = await within(conditioning, false);
			expect(tokens).toBe(whole);
		}
	});
});
