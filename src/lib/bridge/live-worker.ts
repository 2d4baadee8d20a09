/**
 * A worker that cannot die in silence: every call races with its death.
 *
 * `error` events tell of scripts that fail to load or throw. A worker that is terminated or runs out of
 * memory sends nothing, so the worker holds a Web Lock for life and the page queues behind it: the lock
 * falls to the page the moment the worker is gone.
 */
import { wrap, type Remote } from 'comlink';
import { fromWireError, LuxError } from '../contract/errors';
import type { Outcome } from '../contract/worker-api';

export class LiveWorker<Api> {
	readonly #name: string;
	readonly #worker: Worker;
	readonly #remote: Remote<Api>;
	readonly #watch = new AbortController();
	readonly #pending = new Set<(error: LuxError) => void>();
	#death: LuxError | null = null;

	/** @param name Goes into `worker-died`, for example `portrait`. */
	constructor(name: string, worker: Worker) {
		this.#name = name;
		this.#worker = worker;
		this.#remote = wrap<Api>(worker);
		worker.addEventListener('error', () => this.terminate());
		worker.addEventListener('messageerror', () => this.terminate());
	}

	/** Why the worker is gone; null while it lives. */
	get death(): LuxError | null {
		return this.#death;
	}

	/**
	 * Calls the worker and unwraps its outcome.
	 *
	 * @throws LuxError the worker's own, or `worker-died`.
	 */
	async call<T>(invoke: (remote: Remote<Api>) => Promise<Outcome<T>>): Promise<T> {
		const outcome = await this.#raced(invoke(this.#remote));
		if (outcome.ok) return outcome.value;
		throw fromWireError(outcome.error);
	}

	/** Sends a message whose answer does not matter. */
	post(invoke: (remote: Remote<Api>) => Promise<unknown>): void {
		if (!this.#death) invoke(this.#remote).catch(() => undefined);
	}

	/**
	 * Starts watching the worker's life through a lock.
	 *
	 * @param hold Makes the worker take the lock of this name and resolves once it has it.
	 */
	async watch(
		locks: LockManager | undefined,
		hold: (remote: Remote<Api>, lockName: string) => Promise<void>
	): Promise<void> {
		if (!locks) return; // insecure context: only `error` events are left
		const lockName = `luxshot-${this.#name}-${crypto.randomUUID()}`;
		await this.#raced(hold(this.#remote, lockName));
		locks
			.request(lockName, { signal: this.#watch.signal }, () => this.terminate())
			.catch(() => undefined); // aborted by terminate()
	}

	/** Ends the worker now. Everything pending rejects with `reason`. */
	terminate(reason: LuxError = new LuxError('worker-died', { worker: this.#name })): void {
		if (this.#death) return;
		this.#death = reason;
		this.#watch.abort();
		this.#worker.terminate();
		for (const reject of this.#pending) reject(reason);
		this.#pending.clear();
	}

	#raced<T>(work: Promise<T>): Promise<T> {
		return new Promise((resolve, reject) => {
			if (this.#death) return reject(this.#death);
			this.#pending.add(reject);
			work.then(resolve, reject).finally(() => this.#pending.delete(reject));
		});
	}
}
