/** Whether the studio listens to single keys; remembered on this device. */
import { remembered } from './remembered';

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
