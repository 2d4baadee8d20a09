/**
 * One task that several callers wait for. A success is remembered, a rejection never is, and the task is
 * stopped only when nobody waits for it any more.
 */
import { LuxError } from '../contract/errors';
import type { ProgressListener } from '../contract/progress';

interface Flight<T> {
	result: Promise<T>;
	controller: AbortController;
	listeners: Set<ProgressListener>;
	settled: boolean;
}

export class SharedTask<T> {
	#flight: Flight<T> | null = null;

	/**
	 * Joins the task under way or the remembered success; starts the task otherwise.
	 *
	 * @throws LuxError `cancelled` as soon as `signal` aborts, else what the task throws.
	 */
	join(
		signal: AbortSignal,
		onProgress: ProgressListener,
		start: (signal: AbortSignal, onProgress: ProgressListener) => Promise<T>
	): Promise<T> {
		if (signal.aborted) return Promise.reject(new LuxError('cancelled', {}));
		const flight = (this.#flight ??= this.#launch(start));
		flight.listeners.add(onProgress);
		return new Promise((resolve, reject) => {
			const leave = () => {
				signal.removeEventListener('abort', abort);
				flight.listeners.delete(onProgress);
			};
			const abort = () => {
				leave();
				if (flight.listeners.size === 0 && !flight.settled) {
					if (this.#flight === flight) this.#flight = null;
					flight.controller.abort();
				}
				reject(new LuxError('cancelled', {}));
			};
			signal.addEventListener('abort', abort, { once: true });
			flight.result.then(resolve, reject).finally(leave);
		});
	}

	/** Forgets the success, or stops the task under way; its callers see it rejected. */
	forget(): void {
		const flight = this.#flight;
		this.#flight = null;
		if (flight && !flight.settled) flight.controller.abort();
	}

	#launch(start: (signal: AbortSignal, onProgress: ProgressListener) => Promise<T>): Flight<T> {
		const controller = new AbortController();
		const listeners = new Set<ProgressListener>();
		const flight: Flight<T> = {
			controller,
			listeners,
			settled: false,
			result: start(controller.signal, (progress) => {
				for (const listener of listeners) listener(progress);
			})
		};
		flight.result
			.catch(() => {
				if (this.#flight === flight) this.#flight = null;
			})
			.finally(() => {
				flight.settled = true;
			});
		return flight;
	}
}
