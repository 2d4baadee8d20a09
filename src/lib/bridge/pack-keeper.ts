/** Packs that are kept on this device. Without the pack worker's part there are none, and none can be installed. */
import { LuxError } from '../contract/errors';
import type { KeptPack, PackKeeper } from '../contract/packs';

export class PackKeeperClient implements PackKeeper {
	/** @param options.baseUrl absolute URL of the app's root, with a trailing slash */
	constructor(readonly options: { baseUrl: string }) {}

	list(): Promise<KeptPack[]> {
		return Promise.resolve([]);
	}

	install(): Promise<KeptPack> {
		return Promise.reject(new LuxError('unexpected', { detail: 'not in this build' }));
	}

	pause(): void {
		// Nothing runs.
	}

	verify(): Promise<void> {
		return Promise.reject(new LuxError('pack-not-kept', {}));
	}

	remove(): Promise<void> {
		return Promise.reject(new LuxError('pack-not-kept', {}));
	}

	dispose(): void {
		// Nothing was started.
	}
}
