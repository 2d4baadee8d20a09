/** Carries progress from a worker to the page. */
import type { AssemblyProgress, Progress } from '$lib/contract/progress';
import { releaseProxy, transfer, type Remote } from 'comlink';

/**
 * Runs `task` with a listener that forwards to the page's. The result is held back until the page has seen
 * every report: progress and results travel on different ports and could otherwise overtake each other.
 * The proxy's port is closed at the end.
 *
 * @param listener In truth a comlink proxy: the worker's API states the type the page passes.
 */
export async function relayProgress<P extends Progress | AssemblyProgress, T>(
	listener: (progress: P) => void,
	task: (report: (progress: P) => void) => Promise<T>
): Promise<T> {
	const remote = listener as unknown as Remote<(progress: Progress | AssemblyProgress) => void>;
	const sent = new Set<Promise<void>>();
	try {
		return await task((progress) => {
			// A listener that throws on the page is the page's problem, not a failed run.
			const done = remote(sendable(progress))
				.catch(() => undefined)
				.finally(() => sent.delete(done));
			sent.add(done);
		});
	} finally {
		await Promise.all(sent);
		remote[releaseProxy]();
	}
}

function sendable<P extends Progress | AssemblyProgress>(progress: P): P {
	return 'kind' in progress && progress.kind === 'preview'
		? transfer(progress, [progress.image])
		: progress;
}
