/**
 * The only network reader. It names hosts and sees files, never a photograph; the portrait worker sees
 * photographs and has no network.
 */
import { KEPT_PREFIX } from '$lib/contract/packs';
import type { PackWorkerApi } from '$lib/contract/worker-api';
import { expose } from 'comlink';
import type { Keeper } from './packs/keeper';
import { holdForLife } from './runtime/live';
import { settle } from './runtime/outcome';
import { relayProgress } from './runtime/progress-relay';
import { readPack } from './runtime/read-pack';

class PackWorker implements PackWorkerApi {
	#keeper: Promise<Keeper> | null = null;

	live(lockName: string): Promise<void> {
		return holdForLife(lockName);
	}

	install(...[id, installation, onProgress]: Parameters<PackWorkerApi['install']>) {
		return settle(() =>
			relayProgress(onProgress, async (report) =>
				(await this.#keep()).install(id, installation, report)
			)
		);
	}

	pause(id: number, paused: boolean): void {
		void this.#keeper?.then((keeper) => keeper.pause(id, paused));
	}

	cancel(id: number): void {
		void this.#keeper?.then((keeper) => keeper.cancel(id));
	}

	list() {
		return settle(async () => (await this.#keep()).list());
	}

	verify(...[id, folder, onProgress]: Parameters<PackWorkerApi['verify']>) {
		return settle(() =>
			relayProgress(onProgress, async (report) => {
				await (await this.#keep()).verify(id, folder, report);
				return null;
			})
		);
	}

	remove(folder: string) {
		return settle(async () => {
			await (await this.#keep()).remove(folder);
			return null;
		});
	}

	read(...[urls, onProgress]: Parameters<PackWorkerApi['read']>) {
		return settle(() =>
			relayProgress(onProgress, (report) =>
				urls.pack.startsWith(KEPT_PREFIX)
					? readPack(urls, report, async () =>
							(await import('./packs/read-kept')).readKept(urls.pack)
						)
					: readPack(urls, report)
			)
		);
	}

	/** Everything about assembling is fetched when it is needed: a start of the studio does not. */
	#keep(): Promise<Keeper> {
		this.#keeper ??= import('./packs/keeper').then(({ Keeper: Made }) => new Made());
		return this.#keeper;
	}
}

expose(new PackWorker());
