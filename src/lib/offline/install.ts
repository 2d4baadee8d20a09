/** Registers the service worker and says when a newer version of the app lies ready. Browser only. */

export interface Installation {
	/** Lets the waiting version take over; the page has to be loaded again afterwards, which `onReplaced` is told. */
	update: () => void;
	stop: () => void;
}

export interface InstallationEvents {
	/** Everything for working offline is on the device. */
	onOffline: () => void;
	/** A newer version is complete and waits. */
	onUpdate: () => void;
	/** The newer version has taken over. */
	onReplaced: () => void;
}

/**
 * @param script URL of the service worker
 * @param scope path of the app's root
 * @returns null where the browser has no service workers (or refuses them, as private windows may): the app works all the
 *   same while there is a network
 */
export async function install(
	script: string,
	scope: string,
	events: InstallationEvents
): Promise<Installation | null> {
	const workers = typeof navigator === 'undefined' ? undefined : navigator.serviceWorker;
	if (!workers) return null;
	const registration = await workers.register(script, { scope }).catch(() => null);
	if (!registration) return null;
	const controlledBefore = workers.controller !== null;

	const settled = (worker: ServiceWorker) => {
		// Without a version before it this is the first install, not an update.
		if (worker.state === 'installed' && registration.active) events.onUpdate();
		if (worker.state === 'activated') events.onOffline();
	};
	const watch = (worker: ServiceWorker | null) => {
		if (!worker) return;
		settled(worker);
		worker.addEventListener('statechange', () => settled(worker));
	};
	const found = () => watch(registration.installing);
	const replaced = () => {
		if (controlledBefore) events.onReplaced();
	};
	watch(registration.installing);
	watch(registration.waiting);
	watch(registration.active);
	registration.addEventListener('updatefound', found);
	workers.addEventListener('controllerchange', replaced);
	return {
		update: () => registration.waiting?.postMessage('take-over'),
		stop: () => {
			registration.removeEventListener('updatefound', found);
			workers.removeEventListener('controllerchange', replaced);
		}
	};
}
