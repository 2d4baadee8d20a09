/** Whether the app works without a network, and whether a newer version waits. */
import { install, type Installation } from '$lib/offline/install';

export class OfflineState {
	/** Everything is on this device. */
	ready = $state(false);
	/** A newer version is complete; it takes over when the person says so. */
	updateReady = $state(false);
	#installation: Installation | null = null;

	async start(script: string, scope: string): Promise<void> {
		this.#installation = await install(script, scope, {
			onOffline: () => (this.ready = true),
			onUpdate: () => (this.updateReady = true),
			onReplaced: () => location.reload()
		});
	}

	update(): void {
		this.#installation?.update();
	}

	stop(): void {
		this.#installation?.stop();
		this.#installation = null;
	}
}
