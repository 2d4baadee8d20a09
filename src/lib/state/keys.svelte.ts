/** Whether the studio listens to single keys; remembered on this device. */

const NAME = 'luxshot-keys';

export class KeyState {
	#on = $state(true);

	get on(): boolean {
		return this.#on;
	}

	set on(on: boolean) {
		this.#on = on;
		remembered((storage) => (on ? storage.removeItem(NAME) : storage.setItem(NAME, 'off')));
	}

	/** Browser only. */
	load(): void {
		this.#on = remembered((storage) => storage.getItem(NAME)) !== 'off';
	}
}

/** Where the browser keeps nothing, the choice holds until the page is closed. */
function remembered<T>(work: (storage: Storage) => T): T | null {
	try {
		return work(localStorage);
	} catch {
		return null;
	}
}
