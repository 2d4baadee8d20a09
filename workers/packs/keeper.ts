/** Takes packs in, checks them and removes them: what the pack worker does besides reading. */
import { LuxError } from '$lib/contract/errors';
import type { KeptPack, PackInstallation } from '$lib/contract/packs';
import type { AssemblyListener } from '$lib/contract/progress';
import { describeKept, listKept, removeKept, verifyKept } from '$workers/assembly/kept';
import { PauseGate } from '$workers/assembly/pause-gate';
import { install } from '$workers/assembly/source/install';
import { PATIENCE } from '$workers/assembly/source/retries';
import { alone } from './alone';
import { readOwnFile } from './own-files';
import { dropEmptyRoot, findPacksRoot, makePacksRoot } from './packs-root';

interface Run {
	controller: AbortController;
	gate: PauseGate;
}

const now = () => performance.now();

export class Keeper {
	readonly #runs = new Map<number, Run>();

	/** See `PackKeeper`. */
	install(
		id: number,
		{ pack, hub, files }: PackInstallation,
		onProgress: AssemblyListener
	): Promise<KeptPack> {
		return this.#run(id, async ({ controller: { signal }, gate }) => {
			const root = await makePacksRoot();
			const recipe = await readOwnFile(pack, 'recipe.json', signal);
			const template = await readOwnFile(pack, 'manifest.json', signal);
			const installed = await install({
				recipeText: new TextDecoder().decode(recipe),
				template: new Uint8Array(template),
				bring: (path) => readOwnFile(pack, path, signal),
				chosen: files.map((file) => ({ name: file.name, bytes: file })),
				root,
				hub: { url: hub, patience: PATIENCE, fetch },
				gate,
				signal,
				onProgress,
				now,
				date: () => Date.now()
			});
			const kept = await describeKept(root, installed.recipe);
			// Between the commit and here only a wipe of the whole site can take it.
			if (!kept) throw new LuxError('pack-not-kept', {});
			return kept;
		});
	}

	pause(id: number, paused: boolean): void {
		const gate = this.#runs.get(id)?.gate;
		if (paused) gate?.pause();
		else gate?.resume();
	}

	cancel(id: number): void {
		this.#runs.get(id)?.controller.abort();
	}

	async list(): Promise<KeptPack[]> {
		const root = await findPacksRoot();
		return root ? listKept(root) : [];
	}

	verify(id: number, folder: string, onProgress: AssemblyListener): Promise<void> {
		return this.#run(id, async ({ controller: { signal } }) => {
			const root = await findPacksRoot();
			if (!root) throw new LuxError('pack-not-kept', {});
			await verifyKept(root, folder, { signal, onProgress, now });
		});
	}

	async remove(folder: string): Promise<void> {
		await aloneAndTidy(async () => {
			const root = await findPacksRoot();
			if (root) await removeKept(root, folder);
		});
	}

	async #run<T>(id: number, task: (run: Run) => Promise<T>): Promise<T> {
		const run: Run = { controller: new AbortController(), gate: new PauseGate() };
		this.#runs.set(id, run);
		try {
			return await aloneAndTidy(() => task(run));
		} finally {
			this.#runs.delete(id);
		}
	}
}

/** Under the lock; an empty folder is not left behind, however it ends. */
function aloneAndTidy<T>(task: () => Promise<T>): Promise<T> {
	return alone(async () => {
		try {
			return await task();
		} finally {
			await dropEmptyRoot().catch(() => undefined);
		}
	});
}
