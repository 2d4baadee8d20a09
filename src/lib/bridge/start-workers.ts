/** The only place that starts workers. Hands the files from one to the other. */
import { proxy } from 'comlink';
import type { DeviceOverride } from '../contract/device';
import type { BootReport } from '../contract/engine';
import { LuxError } from '../contract/errors';
import type { ProgressListener } from '../contract/progress';
import type { PackRead, PackWorkerApi, PortraitWorkerApi } from '../contract/worker-api';
import { LiveWorker } from './live-worker';

export type PortraitWorker = LiveWorker<PortraitWorkerApi>;

export type PackWorker = LiveWorker<PackWorkerApi>;

/** Where files are; absolute, directories with a trailing slash. */
export type FileUrls = Parameters<PackWorkerApi['read']>[0];

/**
 * Reads everything the portrait worker cannot fetch. The pack worker lives only as long as that takes.
 *
 * @throws LuxError `cancelled`, `worker-died`, or what the pack worker reports.
 */
export async function readFiles(
	signal: AbortSignal,
	urls: FileUrls,
	onProgress: ProgressListener
): Promise<PackRead> {
	const worker = startPackWorker();
	try {
		return await stoppable(signal, worker, () =>
			worker.call((remote) => remote.read(urls, proxy(onProgress)))
		);
	} finally {
		worker.terminate();
	}
}

/** Whoever starts it ends it. */
export function startPackWorker(): PackWorker {
	return new LiveWorker<PackWorkerApi>(
		'pack',
		new Worker(new URL('../../../workers/pack.worker.ts', import.meta.url), {
			type: 'module',
			name: 'pack'
		})
	);
}

/**
 * Starts a portrait worker and boots it. On failure the worker is ended.
 *
 * @throws LuxError `cancelled`, `worker-died`, or what the worker reports.
 */
export async function startPortraitWorker(
	signal: AbortSignal,
	read: PackRead,
	settings: { device: DeviceOverride; reason: 'device-lost' | null; wasmModuleUrl: string },
	onProgress: ProgressListener
): Promise<{ worker: PortraitWorker; report: BootReport }> {
	const worker: PortraitWorker = new LiveWorker<PortraitWorkerApi>(
		'portrait',
		new Worker(new URL('../../../workers/portrait.worker.ts', import.meta.url), {
			type: 'module',
			name: 'portrait'
		})
	);
	try {
		return await stoppable(signal, worker, async () => {
			await worker.watch(navigator.locks, (remote, lockName) => remote.live(lockName));
			const report = await worker.call((remote) =>
				remote.boot({ ...read, ...settings }, proxy(onProgress))
			);
			return { worker, report };
		});
	} catch (error) {
		worker.terminate();
		throw error;
	}
}

/** Ends the worker when the signal aborts: a boot has no step boundaries to stop at. */
async function stoppable<Api, T>(
	signal: AbortSignal,
	worker: LiveWorker<Api>,
	work: () => Promise<T>
): Promise<T> {
	const stop = () => worker.terminate(new LuxError('cancelled', {}));
	if (signal.aborted) stop();
	signal.addEventListener('abort', stop, { once: true });
	try {
		return await work();
	} finally {
		signal.removeEventListener('abort', stop);
	}
}
