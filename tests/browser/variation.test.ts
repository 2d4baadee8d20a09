/** Variations on the micro pack: from the source's own decode to a picture that has nothing of it. */
import type { FrameRequest } from '$lib/contract/engine';
import type { Pack } from '$workers/runtime/pack';
import { decodeLatents, encodePixels } from '$workers/stages/decode';
import { decodeImage } from '$workers/stages/encode-image';
import { makePortrait } from '$workers/stages/make-portrait';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMicroPack } from './micro-pack';
import { microStudio } from './micro-studio';

const never = new AbortController().signal;
const silent = () => undefined;
/** Enough for a strength of a hundredth to be one step of little noise. */
const STEPS = 100;

let pack: Pack;
let source: ArrayBuffer;

beforeAll(async () => {
	pack = await openMicroPack();
	source = (await shoot({ seed: 98, steps: 8 })).bytes;
});
afterAll(() => pack.dispose());

function shoot(change: Partial<FrameRequest>) {
	const { embeddingLength } = pack.manifest.identity;
	const request: FrameRequest = {
		embeddings: [new Float32Array(embeddingLength).fill(embeddingLength ** -0.5)],
		direction: { framing: 'F5', setting: null, styling: null, mood: null, pose: null, look: 'L4' },
		seed: 7,
		previewEvery: 0,
		...change
	};
	return makePortrait(microStudio(pack), request, never, silent);
}

const vary = (strength: number, change: Partial<FrameRequest> = {}) =>
	shoot({ steps: STEPS, init: { bytes: source.slice(0), strength }, ...change });

async function pixels(bytes: ArrayBuffer): Promise<Uint8ClampedArray> {
	const { width, height } = pack.manifest.image;
	return (await decodeImage(bytes.slice(0), width, height)).data;
}

/** Mean difference of two pictures with values in [0, 1]. */
function apart(a: Uint8ClampedArray, b: Uint8ClampedArray): number {
	const sum = a.reduce((total, value, i) => total + Math.abs(value - b[i]!), 0);
	return sum / a.length / 255;
}

/** The source as the pack itself sees it: encoded and decoded, nothing else. */
async function roundTrip(): Promise<Uint8ClampedArray> {
	const { width, height } = pack.manifest.image;
	const picture = await decodeImage(source.slice(0), width, height);
	const latents = await encodePixels(pack.graphs.vaeEncoder, picture, pack.manifest);
	return (await decodeLatents(pack.graphs.vaeDecoder, latents, pack.manifest)).data;
}

describe('a variation', () => {
	it('is nearly the decode of its source at a strength of almost nothing', async () => {
		const [same, fresh] = [await roundTrip(), await pixels((await shoot({ steps: STEPS })).bytes)];
		const near = await vary(0.01);
		expect(near.timings.steps).toHaveLength(1);
		expect(apart(await pixels(near.bytes), same)).toBeLessThan(0.1 * apart(fresh, same));
	});

	it('ignores its source at full strength', async () => {
		const [full, fresh] = [await vary(1), await shoot({ steps: STEPS })];
		expect(new Uint8Array(full.bytes)).toEqual(new Uint8Array(fresh.bytes));
	});

	it('moves away from its source steadily in between', async () => {
		const same = await roundTrip();
		const moved: number[] = [];
		for (const strength of [0.01, 0.1, 0.25, 0.5, 0.75, 1])
			moved.push(apart(await pixels((await vary(strength)).bytes), same));
		// Never back towards the source by more than a tenth of the whole way.
		const slack = 0.1 * moved.at(-1)!;
		moved.forEach((value, i) => expect(value).toBeGreaterThan((moved[i - 1] ?? 0) - slack));
		expect(moved[2]!).toBeGreaterThan(moved[0]!);
		expect(moved.at(-1)!).toBeGreaterThan(2 * moved[1]!);
	});

	it('is the same again for the same source, seed and strength, and another for another seed', async () => {
		const [first, again] = [await vary(0.35), await vary(0.35)];
		expect(new Uint8Array(again.bytes)).toEqual(new Uint8Array(first.bytes));
		const other = await vary(0.35, { seed: 8 });
		expect(new Uint8Array(other.bytes)).not.toEqual(new Uint8Array(first.bytes));
	});
});
