/** A pack that reads a prompt, assembled from checkpoints: everything as transformers and diffusers calculate it. */
import type { AnyGraphName } from '$lib/contract/manifest';
import { createScheduler } from '$workers/engine/schedulers/create';
import { planSampling } from '$workers/engine/sampling-plan';
import type { Ort } from '$workers/runtime/ort';
import { openPack, type Pack } from '$workers/runtime/pack';
import type { VerifiedPack } from '$workers/runtime/verified-pack';
import { Conditioner } from '$workers/stages/conditioner';
import { decodeLatents, latentShape } from '$workers/stages/decode';
import { denoise } from '$workers/stages/denoise';
import { createTokenizer, type PromptTokenizer } from '$workers/stages/encode-prompt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assembledMicroClip, readClipGoldens, type ClipGoldens } from './micro-clip';
import { difference, openTestGpu, startRuntime } from './micro-pack';

/** WebGPU against PyTorch. */
const ACROSS_DEVICES = 2e-2;
const NAMES: AnyGraphName[] = [
	'faceEncoder',
	'identityProjector',
	'textEncoder',
	'denoiser',
	'vaeEncoder',
	'vaeDecoder',
	'previewDecoder'
];

let ort: Ort;
let verified: VerifiedPack;
let goldens: ClipGoldens;
let tokenizer: PromptTokenizer;
beforeAll(async () => {
	[ort, verified, goldens] = await Promise.all([
		startRuntime(),
		assembledMicroClip('pack'),
		readClipGoldens()
	]);
	const { conditioning } = verified.manifest;
	if (conditioning.kind !== 'clip') throw new Error('this pack reads prompts');
	tokenizer = createTokenizer(conditioning, verified.files);
});

const feedsOf = ({ inputs }: ClipGoldens['graphs'][number]) =>
	Object.fromEntries(
		Object.entries(inputs).map(([input, tensor]) => [input, goldens.tensor(tensor)])
	);

/** Cosine of two answers. */
function similarity(a: ArrayLike<number>, b: ArrayLike<number>): number {
	const dot = (x: ArrayLike<number>, y: ArrayLike<number>) =>
		Array.from(x).reduce((sum, value, i) => sum + value * y[i]!, 0);
	return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** In every size that the graph is there for. */
async function worstOf(pack: Pack, name: AnyGraphName): Promise<[worst: number, allowed: number]> {
	const found = goldens.graphs.filter(({ graph }) => graph === name);
	const worst: number[] = [];
	for (const golden of found) {
		const [width, height] = golden.size ?? [pack.manifest.image.width, pack.manifest.image.height];
		const outputs = await pack.graphsFor({ width, height })[name]!.run(feedsOf(golden));
		for (const [output, tensor] of Object.entries(golden.outputs))
			worst.push(difference(outputs[output]!.data, goldens.tensor(tensor).data));
	}
	return [Math.max(...worst), found[0]!.tolerance];
}

it('tokenises as transformers does', () => {
	expect(goldens.prompts.length).toBeGreaterThan(5);
	for (const { prompt, ids } of goldens.prompts)
		expect([...tokenizer.ids(prompt)], prompt).toEqual([...goldens.tensor(ids).data]);
});

describe('on WASM', () => {
	let pack: Pack;
	beforeAll(async () => {
		pack = await openPack(ort, verified, { kind: 'wasm' }, () => undefined);
	});
	afterAll(() => pack.dispose());

	it.each(NAMES)('%s equals PyTorch', async (name) => {
		const [worst, allowed] = await worstOf(pack, name);
		expect(worst).toBeLessThanOrEqual(allowed);
	});

	it.each(['guidance-1', 'guidance-2'])('%s: a prompt and two photographs', async (name) => {
		const golden = goldens.shoots.find((shoot) => shoot.name === name)!;
		const { manifest, graphs } = pack;
		const { steps, guidanceScale, identityStrength, prompt } = golden;
		const numbers = (key: string) => goldens.tensor(key).data as Float32Array;
		const scheduler = createScheduler(manifest.scheduler);
		const plan = planSampling({ scheduler, steps, guidanceScale, previewEvery: 0 });
		const { embeddingLength } = manifest.identity;
		const photographs = numbers(golden.embeddings);
		const conditioner = new Conditioner(manifest, tokenizer);
		const identity = await conditioner.identity(
			graphs,
			[photographs.slice(0, embeddingLength), photographs.slice(embeddingLength)],
			plan.guided
		);
		const direction = await conditioner.direction(
			graphs,
			{ direction: {} as never, compositionSeed: 0, prompt },
			plan.guided
		);
		const latents = await denoise({
			denoiser: graphs.denoiser,
			scheduler,
			plan,
			sample: numbers(golden.initialLatents),
			shape: latentShape(manifest),
			conditional: {
				direction: direction.conditional,
				identity: identity.conditional,
				identityScale: identityStrength
			},
			unconditional: direction.unconditional &&
				identity.unconditional && {
					direction: direction.unconditional,
					identity: identity.unconditional,
					identityScale: identity.unconditionalShare * identityStrength
				},
			guidanceScale,
			noise: () => expect.unreachable('DDIM draws no noise'),
			signal: new AbortController().signal,
			onStep: async () => undefined
		});
		expect(difference(latents, numbers(golden.latents))).toBeLessThanOrEqual(golden.tolerance);
		const { data, width, height } = await decodeLatents(graphs.vaeDecoder, latents, manifest);
		const planes = numbers(golden.sample);
		const expected = data.map((_, i) =>
			i % 4 === 3 ? 255 : (planes[(i % 4) * width * height + Math.floor(i / 4)]! + 1) * 127.5
		);
		// One more half code, because the picture here is in bytes too.
		expect((difference(data, expected) / 255) * 2).toBeLessThanOrEqual(
			golden.pictureTolerance + 0.5 / 127.5
		);
	});
});

describe('with int8 convolutions and int4 linear layers', () => {
	let pack: Pack;
	beforeAll(async () => {
		// The recipe knows the hash of every file, as the forge calculated it.
		pack = await openPack(
			ort,
			await assembledMicroClip('pack-mixed'),
			{ kind: 'wasm' },
			() => undefined
		);
	});
	afterAll(() => pack.dispose());

	// The face encoder is its publisher's own file, and not rounded.
	it.each(NAMES.slice(1))('%s answers much the same', async (name) => {
		const golden = goldens.graphs.find(({ graph }) => graph === name)!;
		const [[output, expected]] = Object.entries(golden.outputs) as [[string, string]];
		const actual = (await pack.graphs[name]!.run(feedsOf(golden)))[output]!.data;
		expect(similarity(actual, goldens.tensor(expected).data)).toBeGreaterThan(0.98);
		expect(difference(actual, goldens.tensor(expected).data)).toBeGreaterThan(1e-4);
	});
});

describe('on WebGPU', () => {
	it('every graph equals PyTorch within 2e-2; the denoiser with int4 layers answers much the same', async () => {
		const { gpu, device } = await openTestGpu();
		let pack = await openPack(ort, verified, device, () => undefined);
		try {
			for (const name of NAMES)
				expect((await worstOf(pack, name))[0], name).toBeLessThanOrEqual(ACROSS_DEVICES);
			await pack.dispose();
			pack = await openPack(ort, await assembledMicroClip('pack-mixed'), device, () => undefined);
			const golden = goldens.graphs.find(({ graph }) => graph === 'denoiser')!;
			const [actual] = Object.values(await pack.graphs.denoiser.run(feedsOf(golden)));
			const [expected] = Object.values(golden.outputs);
			expect(similarity(actual!.data, goldens.tensor(expected!).data)).toBeGreaterThan(0.98);
		} finally {
			await pack.dispose();
			gpu.dispose();
		}
	});
});
