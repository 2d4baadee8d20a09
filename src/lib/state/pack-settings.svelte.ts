/** Which pack the studio uses and where checkpoints come from; remembered on this device. */
import { HUB_URL } from '$lib/contract/packs';
import { isHub } from './hubs';
import { remembered } from './remembered';

const PACK = 'luxshot-pack';
const HUB = 'luxshot-hub';
const FOLDER = /^[0-9a-f]{64}$/;

export class PackSettings {
	#folder = $state<string | null>(null);
	#hub = $state(HUB_URL);

	/** Folder of the kept pack in use; null for the one that came with the app. */
	get folder(): string | null {
		return this.#folder;
	}

	set folder(folder: string | null) {
		this.#folder = folder;
		remembered((storage) => (folder ? storage.setItem(PACK, folder) : storage.removeItem(PACK)));
	}

	/** Base address without a trailing slash. */
	get hub(): string {
		return this.#hub;
	}

	set hub(hub: string) {
		this.#hub = hub;
		remembered((storage) =>
			hub === HUB_URL ? storage.removeItem(HUB) : storage.setItem(HUB, hub)
		);
	}

	/** What is not one of ours is as good as nothing. Browser only. @param baseUrl absolute URL of the app */
	load(baseUrl: string): void {
		const folder = remembered((storage) => storage.getItem(PACK));
		this.#folder = folder && FOLDER.test(folder) ? folder : null;
		const hub = remembered((storage) => storage.getItem(HUB));
		this.#hub = hub && isHub(hub, baseUrl) ? hub : HUB_URL;
	}
}
