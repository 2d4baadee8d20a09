/**
 * Photographs from the system's share sheet. The service worker catches them and lays them down here; the page takes them
 * up, once, and puts them through the same intake as any other file. They never reach the network.
 */

/** Under the app's root; `share_target.action` of the web manifest. */
export const SHARE_PATH = 'share/';
/** Name of the files in the form; `share_target.params.files` of the web manifest. */
export const SHARE_FIELD = 'photographs';
/** Query of the page that a share leads to: how many came, or `failed`. */
export const SHARED_QUERY = 'shared';
/** The query of the page after a share that could not be kept. */
export const SHARE_FAILED = `?${SHARED_QUERY}=failed`;
const SHARED_CACHE = 'luxshot-shared';
/** More than anybody shares at once, and a bound on what another site could leave behind. */
const MOST = 16;
const NAME_HEADER = 'x-name';

/**
 * Lays the files of a share down. Service worker only.
 * @returns how many there are
 * @throws where nothing may be kept, or too many wait already
 */
export async function keepShared(form: FormData, storage: CacheStorage = caches): Promise<number> {
	const files = form.getAll(SHARE_FIELD).filter((entry): entry is File => entry instanceof File);
	const cache = await storage.open(SHARED_CACHE);
	const waiting = (await cache.keys()).length;
	if (waiting + files.length > MOST) throw new Error('too many photographs wait already');
	for (const file of files) {
		const headers = {
			'content-type': file.type || 'application/octet-stream',
			[NAME_HEADER]: encodeURIComponent(file.name)
		};
		await cache.put(`/${crypto.randomUUID()}`, new Response(file, { headers }));
	}
	return files.length;
}

/** Takes up what waits, in the order it came. What one page has taken no other gets. */
export async function takeShared(storage: CacheStorage = caches): Promise<File[]> {
	if (!(await storage.has(SHARED_CACHE))) return [];
	const cache = await storage.open(SHARED_CACHE);
	const files: File[] = [];
	for (const request of await cache.keys()) {
		const kept = await cache.match(request);
		const blob = await kept?.blob();
		// Only one of two pages that look at the same time deletes it.
		if (!kept || !blob || !(await cache.delete(request))) continue;
		const name = decodeURIComponent(kept.headers.get(NAME_HEADER) ?? '');
		files.push(new File([blob], name || 'shared photograph', { type: blob.type }));
	}
	await storage.delete(SHARED_CACHE);
	return files;
}
