/** Waiting that can be given up at once. */
import { LuxError } from '../contract/errors';

/** Settles with `work`, or at once with `cancelled` when the signal aborts first. */
export function abortable<T>(
	signal: AbortSignal,
	work: Promise<T>,
	onAbort: () => void = () => undefined
): Promise<T> {
	return new Promise((resolve, reject) => {
		const abort = () => {
			onAbort();
			reject(new LuxError('cancelled', {}));
		};
		if (signal.aborted) return abort();
		signal.addEventListener('abort', abort, { once: true });
		work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
	});
}
