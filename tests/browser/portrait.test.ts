/** The whole chain on the micro pack: latents to picture, what changes it, what must not. */
import type { Direction } from '$lib/contract/direction';
import type { FrameRequest } from '$lib/contract/engine';
import { isLuxError, LuxError } from '$lib/contract/errors';
import type { Progress } from '$lib/contract/progress';
import { createScheduler } from '$workers/engine/schedulers/create';
import { planSampling } from '$workers/engine/sampling-plan';
import type { Graph } from '$workers/runtime/graph';
import type { Ort } from '$workers/runtime/ort';
import { openPack, type Pack } from '$workers/runtime/pack';
import { RunQueue } from '$workers/runtime/run-queue';
import { decodeLatents, latentShape } from '$workers/stages/decode';
import { denoise } from '$workers/stages/denoise';
import { encodeDirection, unsetIds } from '$workers/stages/encode-direction';
import { encodeIdentity } from '$workers/stages/encode-identity';
import { decodeImage } from '$workers/stages/encode-image';
import { makePortrait } from '$workers/stages/make-portrait';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
	difference,
	openTestGpu,
	readGoldens,
	startRuntime,
	verifiedMicroPack,
	type Goldens
} from './micro-pack';
import { microStudio } from './micro-studio';

const UNSET: Direction = {
	framing: null,
	setting: null,
	styling: null,
	mood: null,
	pose: null,
	look: null
};
const never = new AbortController().signal;
const silent = () => undefined;

let ort: Ort;
let goldens: Goldens;
let pack: Pack;

beforeAll(async () => {
	[ort, goldens] = await Promise.all([startRuntime(), readGoldens()]);
	pack = await openPack(ort, await verifiedMicroPack(), { kind: 'wasm' }, silent);
});
afterAll(() => pack.dispose());

/** Unit vector of the pack's embedding length, different for every sitter. */
function embedding(sitter: number): Float32Array {
	const raw = Float32Array.from({ length: pack.manifest.identity.embeddingLength }, (_, i) =>
		Math.sin((sitter + 1) * (i + 1) * 1.7)
	);
	const length = Math.hypot(...raw);
	return raw.map((value) => value / length);
}

function request(change: Partial<FrameRequest> = {}): FrameRequest {
	return {
		embeddings: [embedding(0)],
		direction: { ...UNSET, framing: 'F5', look: 'L4' },
		seed: 7,
		previewEvery: 0,
		...change
	};
}

async function shoot(
	change: Partial<FrameRequest> = {},
	on: Pack = pack,
	signal = never,
	report: (progress: Progress) => void = silent
) {
	return makePortrait(microStudio(on), request(change), signal, report);
}

async function pixels(change: Partial<FrameRequest> = {}, on: Pack = pack) {
	const { bytes, width, height } = await shoot(change, on);
	return (await decodeImage(bytes, width, height)).data;
}

/** Largest difference of two pictures with values in [0, 1]. */
const apart = (a: Uint8ClampedArray, b: Uint8ClampedArray) => difference(a, b) / 255;

describe('against PyTorch', () => {
	it.each(['guidance-1', 'guidance-2'])('%s: tokens, steps, picture', async (name) => {
		const golden = goldens.shoots.find((shoot) => shoot.name === name)!;
		const { manifest, graphs } = pack;
		const { conditioning } = manifest;
		if (conditioning.kind !== 'vocabulary')
			return expect.unreachable('the micro pack has a vocabulary');
		const directionEncoder = graphs.directionEncoder!;
		const scheduler = createScheduler(manifest.scheduler);
		const { steps, guidanceScale, identityStrength } = golden;
		const plan = planSampling({ scheduler, steps, guidanceScale, previewEvery: 0 });
		const tensor = (key: string) => goldens.tensor(key).data as Float32Array;
		const identity = await encodeIdentity(graphs.identityProjector, tensor(golden.embedding));
		const ids = goldens.tensor(golden.directionIds).data as Int32Array;
		const composition = goldens.tensor(golden.composition);
		const latents = await denoise({
			denoiser: graphs.denoiser,
			scheduler,
			plan,
			sample: tensor(golden.initialLatents),
			shape: latentShape(manifest),
			conditional: {
				direction: await encodeDirection(directionEncoder, ids),
				identity,
				identityScale: identityStrength,
				composition
			},
			unconditional: plan.guided
				? {
						direction: await encodeDirection(directionEncoder, unsetIds(conditioning)),
						identity,
						identityScale: 0,
						composition
					}
				: null,
			guidanceScale,
			noise: () => expect.unreachable('flow matching draws no noise'),
			signal: never,
			onStep: async () => undefined
		});
		expect(difference(latents, tensor(golden.latents))).toBeLessThanOrEqual(golden.tolerance);
		const picture = await decodeLatents(graphs.vaeDecoder, latents, manifest);
		const planes = tensor(golden.sample);
		const size = picture.width * picture.height;
		const expected = picture.data.map((_, i) =>
			i % 4 === 3 ? 255 : (planes[(i % 4) * size + Math.floor(i / 4)]! + 1) * 127.5
		);
		// One more half code, because the picture here is in bytes too.
		expect(apart(picture.data, expected) * 2).toBeLessThanOrEqual(
			golden.pictureTolerance + 0.5 / 127.5
		);
	});
});

describe('what a portrait depends on', () => {
	it('gives the same bytes for the same request', async () => {
		const [first, second] = [await shoot(), await shoot()];
		expect(new Uint8Array(first.bytes)).toEqual(new Uint8Array(second.bytes));
		expect([first.width, first.height]).toEqual([64, 80]);
	});

	it.each<[string, Partial<FrameRequest>]>([
		['seed', { seed: 8, compositionSeed: 7 }],
		['composition', { compositionSeed: 8 }],
		['framing', { direction: { ...UNSET, framing: 'F6', look: 'L4' } }],
		['look', { direction: { ...UNSET, framing: 'F5', look: 'L5' } }],
		['strength', { identityStrength: 0.5 }],
		['guidance', { guidanceScale: 2 }]
	])('changes with %s', async (_, change) => {
		expect(apart(await pixels(), await pixels(change))).toBeGreaterThan(0.01);
	});

	it('changes with the sitter, and not at strength 0', async () => {
		const other = { embeddings: [embedding(1)] };
		expect(apart(await pixels(), await pixels(other))).toBeGreaterThan(0.01);
		const off = { identityStrength: 0 };
		expect(apart(await pixels(off), await pixels({ ...other, ...off }))).toBe(0);
	});

	it('averages references', async () => {
		const both = [embedding(0), embedding(1)];
		const one = await pixels({ embeddings: both });
		expect(apart(one, await pixels({ embeddings: both.toReversed() }))).toBe(0);
		expect(apart(one, await pixels())).toBeGreaterThan(0.01);
	});

	it('starts from a picture: fewer steps, and the picture shows', async () => {
		const [one, other] = [(await shoot({ seed: 98 })).bytes, (await shoot({ seed: 99 })).bytes];
		const vary = (bytes: ArrayBuffer, strength: number) =>
			shoot({ steps: 8, init: { bytes: bytes.slice(0), strength } });
		const [half, halfOther] = [await vary(one, 0.5), await vary(other, 0.5)];
		expect(half.timings.steps).toHaveLength(4);
		expect(new Uint8Array(half.bytes)).not.toEqual(new Uint8Array(halfOther.bytes));
		// At full strength the start is pure noise: the picture no longer matters.
		const [full, fresh] = [await vary(one, 1), await shoot({ steps: 8 })];
		expect(new Uint8Array(full.bytes)).toEqual(new Uint8Array(fresh.bytes));
	});

	it('looks the same on WebGPU within 2e-2', async () => {
		const { gpu, device } = await openTestGpu();
		const onGpu = await openPack(ort, await verifiedMicroPack(), device, silent);
		try {
			const change = { steps: 2, guidanceScale: 2 };
			expect(apart(await pixels(change, onGpu), await pixels(change))).toBeLessThanOrEqual(2e-2);
		} finally {
			await onGpu.dispose();
			gpu.dispose();
		}
	});
});

describe('on the way', () => {
	it('reports stages, steps and previews in order', async () => {
		const seen: string[] = [];
		const { timings } = await shoot({ steps: 4, previewEvery: 2 }, pack, never, (progress) => {
			if (progress.kind === 'preview') {
				seen.push(`preview ${progress.step} ${progress.image.width}x${progress.image.height}`);
				progress.image.close();
			} else if (progress.kind === 'step') seen.push(`step ${progress.step}/${progress.steps}`);
			else if (progress.kind === 'stage-started') seen.push(progress.stage);
		});
		expect(seen).toEqual([
			'encode-identity',
			'encode-direction',
			'denoise',
			'step 1/4',
			'step 2/4',
			'preview 2 64x80',
			'step 3/4',
			'step 4/4',
			'decode',
			'detect-face',
			'score-likeness',
			'encode-image'
		]);
		expect(timings.steps).toHaveLength(4);
	});

	it('is shown through the small decoder where a pack has one, and kept through the other', async () => {
		const runs = { preview: 0, picture: 0 };
		const { run } = pack.graphs.vaeDecoder;
		const counted = (what: keyof typeof runs): Graph => ({
			run: (feeds) => {
				runs[what]++;
				return run.call(pack.graphs.vaeDecoder, feeds);
			},
			release: async () => undefined
		});
		const graphs = {
			...pack.graphs,
			previewDecoder: counted('preview'),
			vaeDecoder: counted('picture')
		};
		let shown = 0;
		const counting = { ...pack, graphs, graphsFor: () => graphs };
		await shoot({ steps: 4, previewEvery: 1 }, counting, never, (progress) => {
			if (progress.kind !== 'preview') return;
			shown++;
			progress.image.close();
		});
		expect({ ...runs, shown }).toEqual({ preview: 3, picture: 1, shown: 3 });
	});

	it('is not made in a size that the pack does not list', async () => {
		const { width, height } = pack.manifest.image;
		await expect(shoot({ size: { width, height } })).resolves.toMatchObject({ width, height });
		await expect(shoot({ size: { width: height, height: width } })).rejects.toSatisfy((error) =>
			isLuxError(error, 'request-invalid')
		);
	});

	it('stops between steps, and the queue goes on', async () => {
		const queue = new RunQueue();
		let steps = 0;
		const cancelled = queue.run(1, (signal) =>
			shoot({ steps: 40 }, pack, signal, (progress) => {
				if (progress.kind === 'step' && ++steps === 3) queue.cancel(1);
			})
		);
		const next = queue.run(2, (signal) => shoot({ steps: 1 }, pack, signal));
		await expect(cancelled).rejects.toSatisfy((error) => isLuxError(error, 'cancelled'));
		expect(steps).toBe(3);
		expect((await next).bytes.byteLength).toBeGreaterThan(100);
	});

	it.each<[string, Partial<FrameRequest>]>([
		['no references', { embeddings: [] }],
		['a foreign embedding', { embeddings: [new Float32Array(7).fill(1)] }],
		['an empty embedding', { embeddings: [new Float32Array(32)] }],
		['a negative seed', { seed: -1 }],
		['no steps', { steps: 0 }],
		['weak guidance', { guidanceScale: 0.5 }],
		['too much identity', { identityStrength: 1.5 }],
		['a start that is no picture', { init: { bytes: new ArrayBuffer(9), strength: 0.5 } }]
	])('refuses %s and can go on', async (_, change) => {
		await expect(shoot(change)).rejects.toSatisfy((error) => isLuxError(error, 'request-invalid'));
		expect((await shoot({ steps: 1 })).width).toBe(64);
	});

	it('makes the same bytes when graphs take turns, and says which it opens', async () => {
		const turns = await openPack(ort, await verifiedMicroPack(), { kind: 'wasm' }, silent, 1);
		try {
			const seen: Progress[] = [];
			const report = (progress: Progress) => void seen.push(progress);
			const change = { steps: 2, guidanceScale: 2 };
			const frames = await turns.reporting(report, async () => [
				await shoot(change, turns, never, report),
				await shoot(change, turns, never, report)
			]);
			const { bytes } = await shoot(change);
			for (const frame of frames)
				expect(new Uint8Array(frame.bytes)).toEqual(new Uint8Array(bytes));
			const opened = seen
				.filter(({ kind }) => kind === 'session')
				.map((p) => 'graph' in p && p.graph);
			const frame = ['identityProjector', 'directionEncoder', 'composer', 'denoiser', 'vaeDecoder'];
			expect(opened).toEqual([...frame, ...frame]);
		} finally {
			await turns.dispose();
		}
	});

	it('never shows what is not a number', async () => {
		const graphs: Pack['graphs'] = {
			...pack.graphs,
			// The real graph, fed with what a broken kernel would have left behind.
			denoiser: {
				...pack.graphs.denoiser,
				run: ({ timestep, ...feeds }) =>
					pack.graphs.denoiser.run({
						...feeds,
						timestep: { data: Float32Array.of(NaN), shape: timestep!.shape }
					}),
				release: async () => undefined
			}
		};
		const poisoned: Pack = { ...pack, graphs, graphsFor: () => graphs };
		const error: unknown = await shoot({}, poisoned).catch((reason: unknown) => reason);
		expect(error).toBeInstanceOf(LuxError);
		expect(error).toMatchObject({ code: 'result-not-finite', params: { stage: 'denoiser' } });
	});
});
