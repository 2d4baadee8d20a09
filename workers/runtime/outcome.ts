/** Errors leave a worker as data: comlink would flatten a thrown class instance to a string. */
import { toWireError } from '$lib/contract/errors';
import type { Outcome } from '$lib/contract/worker-api';

/** Runs `task` and never rejects. */
export async function settle<T>(task: () => Promise<T>): Promise<Outcome<T>> {
	try {
		return { ok: true, value: await task() };
	} catch (error) {
		return { ok: false, error: toWireError(error) };
	}
}
