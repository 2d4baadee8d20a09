/**
 * Assembles a pack in Node, as the pack worker does in the browser, and says what that took. Bundled and run by `npm run packs:prove`:
 * `node assemble.js PACK-FOLDER HUB-URL ROOT-FOLDER` prints one line of JSON.
 */
import { PauseGate } from '$workers/assembly/pause-gate';
import { install } from '$workers/assembly/source/install';
import { PATIENCE } from '$workers/assembly/source/retries';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeRoot } from '../../unit/assembly/node-root';

const [pack, hub, rootFolder] = process.argv.slice(2) as [string, string, string];
const own = async (path: string) => new Uint8Array(await readFile(join(pack, path)));

/** JavaScript's own values and its buffers; pages of the process that were given back do not count. */
let peakHeap = 0;
const sample = () => {
	const { heapUsed, arrayBuffers } = process.memoryUsage();
	peakHeap = Math.max(peakHeap, heapUsed + arrayBuffers);
};
const timer = setInterval(sample, 20);
const started = performance.now();
const phases: Partial<Record<string, number>> = {};
const installed = await install({
	recipeText: new TextDecoder().decode(await own('recipe.json')),
	template: await own('manifest.json'),
	bring: async (path) => (await own(path)).buffer,
	chosen: [],
	root: nodeRoot(rootFolder),
	hub: { url: hub, patience: PATIENCE, fetch },
	gate: new PauseGate(),
	signal: new AbortController().signal,
	onProgress({ phase }) {
		// Every weight reports: also those that kept the timer from running.
		sample();
		phases[phase] = performance.now();
	},
	now: () => performance.now(),
	date: () => Date.now()
});
clearInterval(timer);
const seconds = (from: number, to: number) => Math.round((to - from) / 100) / 10;
const { fetch: fetched = started, assemble: assembled = fetched, verify = assembled } = phases;
console.log(
	JSON.stringify({
		folder: installed.recipe,
		seconds: seconds(started, performance.now()),
		phases: {
			/** Fetching and calculating take turns, a file at a time. */
			fetch: seconds(started, fetched),
			assemble: seconds(fetched, assembled),
			verify: seconds(assembled, verify)
		},
		peakHeapBytes: peakHeap,
		/** Of the whole process, Node itself and the pages of the file cache that it maps included. */
		peakResidentBytes: process.resourceUsage().maxRSS * 1024,
		bytes: installed.files.reduce((sum, { bytes }) => sum + bytes, 0),
		hashes: installed.files.map(({ path, sha256 }) => [path, sha256])
	})
);
