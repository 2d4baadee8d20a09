/** Runs one task at a time, in order. A failed or cancelled task never touches the ones behind it. */
import { LuxError } from '$lib/contract/errors';

export class RunQueue {
	/** Settles, always successfully, when the last task so far is over. */
	#tail: Promise<void> = Promise.resolve();
	readonly #running = new Map<number, AbortController>();

	/**
	 * Queues `task`. It is given a signal that `cancel(id)` aborts; a task cancelled before its turn is
	 * never started.
	 *
	 * @param id Unique among queued tasks.
	 * @returns What the task returns; rejects with what it throws, or with `cancelled`.
	 */
	run<T>(id: number, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
		if (this.#running.has(id))
			return Promise.reject(new LuxError('request-invalid', { detail: `run ${id} exists` }));
		const controller = new AbortController();
		this.#running.set(id, controller);
		const result = this.#tail.then(async () => {
			try {
				throwIfCancelled(controller.signal);
				return await task(controller.signal);
			} finally {
				this.#running.delete(id);
			}
		});
		this.#tail = result.then(
			() => undefined,
			() => undefined
		);
		return result;
	}

	/** Asks a task to stop. Unknown ids are ignored: the task may just have finished. */
	cancel(id: number): void {
		this.#running.get(id)?.abort();
	}
}

/** @throws LuxError `cancelled` when the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal): void {
	if (signal.aborted) throw new LuxError('cancelled', {});
}

/**
 * Lets the worker's event loop turn once, so that a cancel message that arrived during a blocking run is
 * delivered. A resolved promise is not enough: microtasks run before messages.
 */
export function breathe(): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, 0));
}
