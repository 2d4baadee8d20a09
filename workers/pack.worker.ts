/**
 * The only network reader. It names hosts and sees files, never a photograph; the portrait worker sees
 * photographs and has no network.
 */
import type { ProgressListener } from '$lib/contract/progress';
import type { PackWorkerApi } from '$lib/contract/worker-api';
import { expose } from 'comlink';
import { settle } from './runtime/outcome';
import { relayProgress } from './runtime/progress-relay';
import { readPack } from './runtime/read-pack';

const api: PackWorkerApi = {
	read: (urls, onProgress: ProgressListener) =>
		settle(() => relayProgress(onProgress, (report) => readPack(urls, report)))
};

expose(api);
