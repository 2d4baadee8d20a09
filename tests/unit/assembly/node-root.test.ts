import { assemble } from '$workers/assembly/assemble';
import { memoryReader } from '$workers/assembly/bytes';
import { listInstalled, verifyInstalled } from '$workers/assembly/installed';
import { PauseGate } from '$workers/assembly/pause-gate';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nodeRoot } from './node-root';
import { sha256, SOURCES, toyPack, type SourceId } from './toy-pack';

it('the same pack in a real folder: written, verified, removed', async () => {
	const directory = mkdtempSync(join(tmpdir(), 'luxshot-pack-'));
	try {
		const { recipe, files } = toyPack();
		const root = nodeRoot(directory);
		const folder = await root.open('toy');
		const installed = await assemble({
			recipe,
			recipeHash: sha256(JSON.stringify(recipe)),
			open: async ({ id, path }) => memoryReader(path, SOURCES[id as SourceId]),
			folder,
			gate: new PauseGate(),
			signal: new AbortController().signal,
			onProgress: () => undefined,
			now: () => performance.now()
		});
		expect(installed.files.map((file) => file.sha256)).toEqual([...files.values()].map(sha256));
		await verifyInstalled(folder, installed);
		await folder.close();
		expect(await listInstalled(root)).toEqual(['toy']);
		await root.remove('toy');
		expect(await root.list()).toEqual([]);
	} finally {
		rmSync(directory, { recursive: true });
	}
});
