/** One at a time in all tabs: whoever changes or checks packs holds a Web Lock. */
import { LuxError } from '$lib/contract/errors';

const LOCK_NAME = 'luxshot-packs';
/** A worker that was just ended holds its lock a moment longer. */
const TRIES = 5;
const WAIT_MILLISECONDS = 100;

/** @throws LuxError `pack-busy` while somebody else is at it, otherwise whatever the task throws. */
export async function alone<T>(task: () => Promise<T>): Promise<T> {
	for (let tries = 1; ; tries++) {
		const done = await navigator.locks.request(LOCK_NAME, { ifAvailable: true }, async (lock) =>
			lock ? { value: await task() } : null
		);
		if (done) return done.value;
		if (tries === TRIES) throw new LuxError('pack-busy', {});
		await new Promise((resolve) => setTimeout(resolve, WAIT_MILLISECONDS));
	}
}
