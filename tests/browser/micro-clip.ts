/** The micro pack that reads a prompt: its graphs as the app would bring them, its weights assembled here from checkpoints. */
import type { LoadedFile } from '$lib/contract/worker-api';
import { assemble } from '$workers/assembly/assemble';
import { blobReader } from '$workers/assembly/bytes';
import { PauseGate } from '$workers/assembly/pause-gate';
import { parseRecipe } from '$workers/assembly/recipe-check';
import { MemoryRoot } from '$workers/assembly/sink/memory';
import type { GraphTensor } from '$workers/runtime/graph';
import { verifyPack, type VerifiedPack } from '$workers/runtime/verified-pack';
import { sha256 } from '$workers/runtime/sha256';
import { tensorsOf, type Goldens, type TensorEntry } from './micro-pack';

const BASE = new URL('/tests/fixtures/packs/micro-clip/', location.origin);

async function read(path: string): Promise<Blob> {
	const response = await fetch(new URL(path, BASE));
	if (!response.ok) throw new Error(`${path}: ${response.status}`);
	return response.blob();
}

/**
 * Every file of the pack: those that it brings, and the weights made from the publishers'.
 *
 * @param pack Its folder: `pack` in float32, `pack-mixed` with int8 convolutions and int4 linear layers.
 */
export async function assembledMicroClip(pack: 'pack' | 'pack-mixed'): Promise<VerifiedPack> {
	const text = await (await read(`${pack}/recipe.json`)).text();
	const recipe = parseRecipe(text);
	const folder = await new MemoryRoot().open(recipe.id);
	const { files: made } = await assemble({
		recipe,
		recipeHash: await sha256(new TextEncoder().encode(text)),
		open: async ({ repository, path }) => blobReader(path, await read(`hub/${repository}/${path}`)),
		folder,
		gate: new PauseGate(),
		signal: new AbortController().signal,
		onProgress: () => undefined,
		now: () => performance.now()
	});
	const manifestBytes = await (await read(`${pack}/manifest.json`)).arrayBuffer();
	const { files } = JSON.parse(new TextDecoder().decode(manifestBytes)) as {
		files: { path: string; bytes: number }[];
	};
	const assembled = new Set(made.map(({ path }) => path));
	const loaded: LoadedFile[] = [];
	for (const { path, bytes } of files)
		loaded.push({
			path,
			bytes: assembled.has(path)
				? new Blob([(await folder.read(path, 0, bytes)).slice()])
				: await read(`${pack}/${path}`)
		});
	return verifyPack(manifestBytes, loaded);
}

/** Layout: models/forge/forge/large/goldens.py. */
export interface ClipGoldens {
	tensor(name: string): GraphTensor;
	/** `size`: width and height of the picture that the graph is for; null where it serves every size. */
	graphs: (Goldens['graphs'][number] & { size: [number, number] | null })[];
	/** What transformers makes of prompts. */
	prompts: { prompt: string; ids: string }[];
	shoots: {
		name: string;
		steps: number;
		guidanceScale: number;
		identityStrength: number;
		prompt: string;
		initialLatents: string;
		embeddings: string;
		latents: string;
		sample: string;
		tolerance: number;
		pictureTolerance: number;
	}[];
}

export async function readClipGoldens(): Promise<ClipGoldens> {
	const json = JSON.parse(await (await read('goldens.json')).text()) as Omit<
		ClipGoldens,
		'tensor'
	> & { tensors: Record<string, TensorEntry> };
	return {
		...json,
		tensor: tensorsOf(json.tensors, await (await read('goldens.bin')).arrayBuffer())
	};
}
