/**
 * The only network reader. It names hosts and sees files, never a photograph; the portrait worker sees
 * photographs and has no network. Wiring only; the work is in `packs` and `runtime`.
 *
 * In one piece on purpose: the service worker keeps workers, not pieces that they would fetch later, and packs of this device
 * are booted, listed and removed without a network.
 */
import { KEPT_PREFIX } from '$lib/contract/packs';
import type { PackWorkerApi } from '$lib/contract/worker-api';
import { expose } from 'comlink';
import { Keeper } from './packs/keeper';
import { readKept } from './packs/read-kept';
import { holdForLife } from './runtime/live';
import { settle } from './runtime/outcome';
import { relayProgress } from './runtime/progress-relay';
import { readPack } from './runtime/read-pack';

class PackWorker implements PackWorkerApi {
	readonly #keeper = new Keeper();

	live(lockName: string): Promise<void> {
		return holdForLife(lockName);
	}

	install(...[id, installation, onProgress]: Parameters<PackWorkerApi['install']>) {
		return settle(() =>
			relayProgress(onProgress, (report) => this.#keeper.install(id, installation, report))
		);
	}

	pause(id: number, paused: boolean): void {
		this.#keeper.pause(id, paused);
	}

	cancel(id: number): void {
		this.#keeper.cancel(id);
	}

	list() {
		return settle(() => this.#keeper.list());
	}

	verify(...[id, folder, onProgress]: Parameters<PackWorkerApi['verify']>) {
		return settle(() =>
			relayProgress(onProgress, async (report) => {
				await this.#keeper.verify(id, folder, report);
				return null;
			})
		);
	}

	remove(folder: string) {
		return settle(async () => {
			await this.#keeper.remove(folder);
			return null;
		});
	}

	read(...[urls, onProgress]: Parameters<PackWorkerApi['read']>) {
		const kept = urls.pack.startsWith(KEPT_PREFIX) ? () => readKept(urls.pack) : undefined;
		return settle(() => relayProgress(onProgress, (report) => readPack(urls, report, kept)));
	}
}

expose(new PackWorker());
