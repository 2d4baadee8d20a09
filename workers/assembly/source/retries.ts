/** Patience with servers: what is worth another try, how long to wait, and when it is enough. */
import { LuxError } from '$lib/contract/errors';

export interface Patience {
	/** Tries without progress before giving up. */
	attempts: number;
	/** Wait after the first failed try, milliseconds; doubled every time. */
	firstWait: number;
	/** No wait is longer, milliseconds; a server that asks for more is not asked again. */
	longestWait: number;
	/** A connection on which nothing arrives for so long is given up, milliseconds. */
	stall: number;
}

export const PATIENCE: Patience = {
	attempts: 6,
	firstWait: 500,
	longestWait: 60_000,
	stall: 30_000
};

/** A failure that may pass. `last` is what is told when it does not. */
export class Passing extends Error {
	constructor(
		readonly last: LuxError,
		/** Milliseconds that the server asks for, or null. */
		readonly wait: number | null = null,
		options?: ErrorOptions
	) {
		super(last.message, options);
	}
}

/**
 * Tries `once` again while it fails with `Passing`. It calls `onward` when it got further than before: then all
 * tries are granted anew.
 */
export async function withPatience<T>(
	patience: Patience,
	signal: AbortSignal,
	once: (onward: () => void) => Promise<T>
): Promise<T> {
	let failed = 0;
	for (;;) {
		try {
			signal.throwIfAborted();
			return await once(() => {
				failed = 0;
			});
		} catch (error) {
			// Whatever an abort looks like from inside a fetch, it is the caller's reason that counts.
			signal.throwIfAborted();
			if (!(error instanceof Passing)) throw error;
			failed++;
			const wait = error.wait ?? patience.firstWait * 2 ** (failed - 1);
			if (failed >= patience.attempts || (error.wait ?? 0) > patience.longestWait) throw error.last;
			await sleep(Math.min(wait, patience.longestWait), signal);
		}
	}
}

/**
 * @throws Passing for answers that may change by themselves, LuxError `source-refused` for those that will not.
 */
export function requireAnswer(file: string, response: Response): void {
	const { status } = response;
	if (response.ok) return;
	if (status === 429 || status === 503) {
		const wait = retryAfter(response.headers.get('retry-after'));
		const seconds = Math.ceil((wait ?? 0) / 1000);
		throw new Passing(
			wait === null && status === 503
				? new LuxError('source-unreachable', { file, status })
				: new LuxError('source-busy', { file, seconds }),
			wait
		);
	}
	if (status === 408 || status >= 500)
		throw new Passing(new LuxError('source-unreachable', { file, status }));
	throw new LuxError('source-refused', { file, status });
}

/** @returns Milliseconds, or null. Seconds or a date, as RFC 9110 has it. */
function retryAfter(header: string | null): number | null {
	if (header === null || header.trim() === '') return null;
	const seconds = Number(header);
	if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
	const date = Date.parse(header);
	return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		const stop = () => {
			clearTimeout(timer);
			reject(signal.reason as Error);
		};
		const timer = setTimeout(() => {
			signal.removeEventListener('abort', stop);
			resolve();
		}, milliseconds);
		signal.addEventListener('abort', stop, { once: true });
	});
}
