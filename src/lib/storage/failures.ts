/** Storage failures as codes. */
import { LuxError } from '$lib/contract/errors';

/**
 * Runs `work` and turns what the browser throws into `LuxError`.
 * A full disk shows itself when the transaction ends, so `work` must await `tx.done`.
 * @throws LuxError `storage-full`, `storage-unavailable`, or whatever `LuxError` `work` threw itself
 */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw toStorageError(error);
	}
}

export function toStorageError(error: unknown): LuxError {
	if (error instanceof LuxError) return error;
	if (error instanceof Error && error.name === 'QuotaExceededError')
		return new LuxError('storage-full', {}, { cause: error });
	const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
	return new LuxError('storage-unavailable', { detail }, { cause: error });
}
