/// <reference types="@sveltejs/kit" />
/**
 * Keeps one version of the app whole on the device: pages, code, fonts, the runtime this browser uses, face models, sample
 * sitters and the embedded pack. Everything is fetched before a version counts as installed, so a cold start without network
 * either finds all of it or the version before. Only caches of this worker, by name, are ever deleted. Photographs that
 * come from the system's share sheet are caught here and wait for the page (`offline/shared.ts`).
 */
import { build, files, prerendered, version } from '$service-worker';
import { CACHE_PREFIX, offlineList, pageKey } from '$lib/offline/plan';
import { keepShared, SHARED_QUERY, SHARE_PATH } from '$lib/offline/shared';

const scope = self as unknown as ServiceWorkerGlobalScope;
const CACHE = `${CACHE_PREFIX}${version}`;
const LIST = offlineList(
	{ build, files, prerendered },
	{ suspending: 'Suspending' in WebAssembly }
);
const KNOWN = new Set(LIST);
/** Where the system's share sheet posts photographs to. */
const SHARE_URL = new URL(SHARE_PATH, scope.registration.scope).href;
/** Requests under way at once while installing; the page may be loading the same files. */
const LANES = 4;

scope.addEventListener('install', (event) => event.waitUntil(install()));
scope.addEventListener('activate', (event) => event.waitUntil(dropOlder()));

// An update waits until the person says so: never in the middle of a shoot.
scope.addEventListener('message', (event) => {
	if (event.data === 'take-over') void scope.skipWaiting();
});

scope.addEventListener('fetch', (event) => {
	const { request } = event;
	const url = new URL(request.url);
	if (request.method === 'POST' && url.href === SHARE_URL) {
		event.respondWith(takeOver(request));
		return;
	}
	if (request.method !== 'GET' || url.origin !== scope.location.origin) return;
	if (request.headers.has('range')) return;
	const key = request.mode === 'navigate' ? pageKey(url.pathname) : url.pathname;
	if (!KNOWN.has(key)) return;
	// Addresses inside a page are relative to its directory.
	if (key !== url.pathname) event.respondWith(Response.redirect(key + url.search, 302));
	else event.respondWith(kept(key, request));
});

/**
 * From this version's cache; from the network where the browser threw the copy away, or where the asker does not trust it
 * (a file whose hash is wrong is asked for with `cache: 'reload'`): what comes then is kept instead. Without the cache itself
 * everything was wiped, and nothing is kept again by a page that is still open.
 */
async function kept(key: string, request: Request): Promise<Response> {
	if (!(await caches.has(CACHE))) return fetch(request);
	const cache = await caches.open(CACHE);
	const distrusted = request.cache === 'reload' || request.cache === 'no-store';
	const copy = distrusted ? undefined : await cache.match(key);
	if (copy) return copy;
	const response = await fetch(request);
	if (response.ok) await cache.put(key, response.clone()).catch(() => undefined);
	return response;
}

/** Photographs stay here, whatever happens: a share that fails is never passed on to the network. */
async function takeOver(request: Request): Promise<Response> {
	const kept = await request
		.formData()
		.then((form) => keepShared(form))
		.catch(() => 'failed');
	const page = new URL(scope.registration.scope);
	page.searchParams.set(SHARED_QUERY, String(kept));
	return Response.redirect(page.href, 303);
}

async function install(): Promise<void> {
	const cache = await caches.open(CACHE);
	const queue = [...LIST];
	const lane = async () => {
		for (let path = queue.shift(); path !== undefined; path = queue.shift())
			if (!(await cache.match(path))) await add(cache, path);
	};
	await Promise.all(Array.from({ length: LANES }, lane));
}

/** Files named by a hash of their content are taken from the version before; the rest is asked for afresh. */
async function add(cache: Cache, path: string): Promise<void> {
	const unchanging = path.includes('/immutable/');
	const older = unchanging ? await olderCopy(path) : undefined;
	const response = older ?? (await fetch(path, { cache: unchanging ? 'default' : 'no-cache' }));
	if (!response.ok) throw new Error(`${path} answered ${response.status}`);
	await cache.put(path, response);
}

async function olderCopy(path: string): Promise<Response | undefined> {
	for (const name of await own()) {
		const found = await (await caches.open(name)).match(path);
		if (found) return found;
	}
	return undefined;
}

async function dropOlder(): Promise<void> {
	for (const name of await own()) if (name !== CACHE) await caches.delete(name);
	await scope.clients.claim();
}

async function own(): Promise<string[]> {
	return (await caches.keys()).filter((name) => name.startsWith(CACHE_PREFIX));
}
