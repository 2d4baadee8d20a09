/** A worker's sign of life: a Web Lock that nothing but its end releases. */

/** Resolves when the lock is held. See `PortraitWorkerApi.live`. */
export function holdForLife(lockName: string): Promise<void> {
	return new Promise((held, failed) => {
		navigator.locks
			.request(lockName, () => {
				held();
				return new Promise<never>(() => undefined);
			})
			.catch(failed);
	});
}
