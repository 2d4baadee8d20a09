/** Reads everything that an origin keeps: databases, caches, private files, settings, cookies. */
import type { Page } from '@playwright/test';

export interface Needles {
	texts: string[];
	/** Byte sequences as numbers; looked for inside every kept value. */
	bytes: number[][];
}

/** @returns places in which any of the needles lies, and how many values were looked at */
export function scanStorage(
	page: Page,
	needles: Needles
): Promise<{ found: string[]; seen: number }> {
	return page.evaluate(async ({ texts, bytes }) => {
		const found = new Set<string>();
		let seen = 0;
		const latin = (view: Uint8Array) => {
			let text = '';
			for (let at = 0; at < view.length; at += 8192)
				text += String.fromCharCode(...view.subarray(at, at + 8192));
			return text;
		};
		const sequences = bytes.map((sequence) => latin(Uint8Array.from(sequence)));
		const looked = (place: string, text: string) => {
			seen++;
			if ([...texts, ...sequences].some((needle) => text.includes(needle))) found.add(place);
		};
		const look = async (place: string, value: unknown): Promise<void> => {
			if (value instanceof Blob) looked(place, latin(new Uint8Array(await value.arrayBuffer())));
			else if (value instanceof ArrayBuffer) looked(place, latin(new Uint8Array(value)));
			else if (ArrayBuffer.isView(value))
				looked(place, latin(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)));
			else if (value && typeof value === 'object')
				for (const [key, inner] of Object.entries(value)) {
					looked(place, key);
					await look(place, inner);
				}
			else looked(place, String(value));
		};
		const done = <T>(request: IDBRequest<T>) =>
			new Promise<T>((resolve, reject) => {
				request.onsuccess = () => resolve(request.result);
				request.onerror = () => reject(request.error);
			});
		for (const { name } of await indexedDB.databases()) {
			const database = await done(indexedDB.open(name!));
			for (const store of database.objectStoreNames) {
				const values = database.transaction(store).objectStore(store);
				const keys = await done(values.getAllKeys());
				const all = await done(database.transaction(store).objectStore(store).getAll());
				await look(`database ${name} ${store}`, [keys, all]);
			}
			database.close();
		}
		for (const name of await caches.keys()) {
			const cache = await caches.open(name);
			for (const request of await cache.keys()) {
				const response = await cache.match(request);
				await look(`cache ${name}`, [request.url, [...(response?.headers ?? [])]]);
				await look(`cache ${name}`, await response?.blob());
			}
		}
		const walk = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
			for await (const [name, entry] of folder.entries()) {
				looked(`file ${path}${name}`, name);
				if (entry.kind === 'directory')
					await walk(entry as FileSystemDirectoryHandle, `${path}${name}/`);
				else await look(`file ${path}${name}`, await (entry as FileSystemFileHandle).getFile());
			}
		};
		await walk(await navigator.storage.getDirectory(), '');
		for (const store of [localStorage, sessionStorage]) await look('settings', { ...store });
		looked('cookies', document.cookie);
		return { found: [...found], seen };
	}, needles);
}

/** What identifies the own sitter in storage: its id, its photographs' ids, slices of their bytes and of the embeddings. */
export function ownNeedles(page: Page): Promise<Needles> {
	return page.evaluate(async () => {
		const done = <T>(request: IDBRequest<T>) =>
			new Promise<T>((resolve, reject) => {
				request.onsuccess = () => resolve(request.result);
				request.onerror = () => reject(request.error);
			});
		const database = await done(indexedDB.open('luxshot'));
		const all = (store: string) =>
			done(database.transaction(store).objectStore(store).getAll()) as Promise<
				Record<string, unknown>[]
			>;
		const sitters = (await all('sitters')).filter(({ kind }) => kind === 'own');
		const references = (await all('references')).filter(({ sitterId }) =>
			sitters.some(({ id }) => id === sitterId)
		);
		database.close();
		const slice = (buffer: ArrayBuffer, from: number) => [
			...new Uint8Array(buffer.slice(from, from + 48))
		];
		return {
			texts: [...sitters, ...references].map(({ id }) => id as string),
			bytes: references.flatMap(({ bytes, embedding }) => [
				slice(bytes as ArrayBuffer, (bytes as ArrayBuffer).byteLength >> 1),
				slice((embedding as Float32Array<ArrayBuffer>).buffer, 64)
			])
		};
	});
}
