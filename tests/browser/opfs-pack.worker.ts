/** Runs a small assembly on the real OPFS: sync access handles exist in dedicated workers only. */
import type { AssemblyRecipe } from '$lib/contract/assembly-recipe';
import { toWireError } from '$lib/contract/errors';
import { assemble } from '$workers/assembly/assemble';
import { memoryReader } from '$workers/assembly/bytes';
import { listInstalled, readInstalled, verifyInstalled } from '$workers/assembly/installed';
import { PauseGate } from '$workers/assembly/pause-gate';
import { opfsRoot } from '$workers/assembly/sink/opfs';

/** Bytes of the one tensor; the shards are 8 MiB and more, so that there are several chunks. */
const COUNT = 5 * 2 ** 20;

function checkpoint(): Uint8Array {
	const json = `{"w":{"dtype":"F32","shape":[${COUNT}],"data_offsets":[0,${COUNT * 4}]}}`;
	const header = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
	const file = new Uint8Array(8 + header.length + COUNT * 4);
	new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
	file.set(header, 8);
	const values = new Float32Array(file.buffer, 8 + header.length);
	for (let i = 0; i < COUNT; i++) values[i] = i % 2048;
	return file;
}

const file = checkpoint();
const recipe: AssemblyRecipe = {
	formatVersion: 1,
	id: 'toy',
	sources: [
		{
			id: 'one',
			repository: 'a/b',
			revision: '0'.repeat(40),
			path: 'w.safetensors',
			bytes: file.length,
			sha256: null,
			format: 'safetensors',
			unused: []
		}
	],
	files: [{ path: 'weights/w.bin', bytes: COUNT * 2, sha256: null }],
	weights: [
		{
			inputs: [{ source: 'one', tensor: 'w', dtype: 'F32', shape: [COUNT], steps: [] }],
			combine: null,
			steps: [],
			encoding: { kind: 'cast', dtype: 'F16' },
			outputs: [
				{ part: 'values', initializer: 'w', file: 'weights/w.bin', offset: 0, bytes: COUNT * 2 }
			]
		}
	]
};

async function run(): Promise<Record<string, unknown>> {
	const origin = await navigator.storage.getDirectory();
	const root = opfsRoot(await origin.getDirectoryHandle('opfs-pack-test', { create: true }));
	for (const name of await root.list()) await root.remove(name);
	const seen: Record<string, unknown> = {};
	const install = async (signal: AbortSignal, stopAt: string | null, stop: () => void) => {
		const folder = await root.open('toy');
		try {
			return await assemble({
				recipe,
				recipeHash: 'f'.repeat(64),
				open: async ({ path }) => memoryReader(path, file),
				folder,
				gate: new PauseGate(),
				signal,
				onProgress: ({ phase }) => {
					if (phase === stopAt) stop();
				},
				now: () => performance.now()
			});
		} finally {
			await folder.close();
		}
	};
	const controller = new AbortController();
	seen['stopped'] = await install(controller.signal, 'verify', () => controller.abort()).catch(
		(error: unknown) => toWireError(error).code
	);
	seen['visible when stopped'] = await listInstalled(root);
	seen['folders when stopped'] = await root.list();
	const never = new AbortController().signal;
	const installed = await install(never, null, () => undefined);
	seen['chunks'] = installed.files[0]!.chunks.length;
	seen['visible'] = await listInstalled(root);

	const folder = await root.open('toy');
	const last = await folder.read('weights/w.bin', COUNT * 2 - 2, 2);
	// 2047 as a half.
	seen['last'] = [...last];
	await verifyInstalled(folder, (await readInstalled(folder))!);
	seen['journal'] = [await folder.size('journal-0.json'), await folder.size('journal-1.json')];
	await folder.write('weights/w.bin', 10 * 2 ** 20 - 1, Uint8Array.of(1));
	seen['damaged'] = await verifyInstalled(folder, installed).catch(
		(error: unknown) => toWireError(error).code
	);
	await folder.resize('weights/w.bin', 3);
	seen['past the end'] = await folder
		.read('weights/w.bin', 2, 2)
		.catch((error: Error) => error.name);
	seen['absent'] = await folder.size('weights/none.bin');
	await folder.remove('weights/none.bin');
	await folder.close();
	await root.remove('toy');
	await root.remove('toy');
	seen['left'] = await root.list();
	return seen;
}

run().then(
	(seen) => postMessage(seen),
	(error: unknown) => postMessage({ failed: String(error) })
);
