/** Files of the app's own origin: what it brings of a pack that is assembled here. */
import { LuxError } from '$lib/contract/errors';

/**
 * Asked for anew, because an older copy from the browser's cache may belong to another version of the pack.
 *
 * @param base Directory, absolute, with a trailing slash.
 * @throws LuxError `request-invalid` for another origin, `pack-download-failed` (status 0: no answer); the signal's reason
 *   when stopped.
 */
export async function readOwnFile(
	base: string,
	path: string,
	signal: AbortSignal
): Promise<ArrayBuffer> {
	const url = new URL(path, base);
	if (url.origin !== location.origin)
		throw new LuxError('request-invalid', { detail: 'a pack of another origin' });
	let status = 0;
	try {
		const response = await fetch(url, { cache: 'no-cache', signal });
		status = response.status;
		if (!response.ok) throw new Error(response.statusText);
		return await response.arrayBuffer();
	} catch (cause) {
		signal.throwIfAborted();
		throw new LuxError('pack-download-failed', { file: path, status }, { cause });
	}
}
