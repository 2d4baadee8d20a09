/** Small settings of this device. Where the browser keeps nothing, a choice holds until the page is closed. */
export function remembered<T>(work: (storage: Storage) => T): T | null {
	try {
		return work(localStorage);
	} catch {
		return null;
	}
}
