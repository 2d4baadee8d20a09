/** Packs in real folders, for tests and scripts in Node. */
import { LuxError } from '$lib/contract/errors';
import { requireInside } from '$workers/assembly/bytes';
import { viewOf, type PackFolder, type PackRoot } from '$workers/assembly/folder';
import { openAsBlob } from 'node:fs';
import { mkdir, open, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** @param directory One that holds nothing but packs. */
export function nodeRoot(directory: string): PackRoot {
	return {
		async open(name) {
			await mkdir(join(directory, name), { recursive: true });
			return nodeFolder(join(directory, name));
		},
		async look(name) {
			const folder = join(directory, name);
			const sizeOf = (path: string) =>
				stat(path).then(
					(found) => (found.isFile() ? found.size : 0),
					() => null
				);
			if ((await sizeOf(folder)) === null) return null;
			return viewOf(
				async (path) =>
					(await sizeOf(join(folder, path))) === null ? null : openAsBlob(join(folder, path)),
				async () => {
					const paths = await readdir(folder, { recursive: true });
					const sizes = await Promise.all(paths.map((path) => sizeOf(join(folder, path))));
					return sizes.reduce((sum: number, bytes) => sum + (bytes ?? 0), 0);
				}
			);
		},
		list: () => readdir(directory),
		remove: (name) => rm(join(directory, name), { recursive: true, force: true })
	};
}

function nodeFolder(directory: string): PackFolder {
	const handles = new Map<string, FileHandle>();
	const size = (path: string) =>
		stat(join(directory, path)).then(
			({ size: bytes }) => bytes,
			() => null
		);
	const handle = async (path: string): Promise<FileHandle> => {
		const known = handles.get(path);
		if (known) return known;
		await mkdir(dirname(join(directory, path)), { recursive: true });
		const exists = (await size(path)) !== null;
		const opened = await open(join(directory, path), exists ? 'r+' : 'w+');
		handles.set(path, opened);
		return opened;
	};
	return {
		async write(path, offset, bytes) {
			const { bytesWritten } = await (await handle(path)).write(bytes, 0, bytes.length, offset);
			if (bytesWritten !== bytes.length) throw new LuxError('assembly-no-room', {});
		},
		async read(path, offset, length) {
			requireInside((await size(path)) ?? 0, offset, length);
			const bytes = new Uint8Array(length);
			const { bytesRead } = await (await handle(path)).read(bytes, 0, length, offset);
			if (bytesRead !== length) throw new RangeError(`${bytesRead} of ${length} bytes of ${path}`);
			return bytes;
		},
		size,
		resize: async (path, bytes) => (await handle(path)).truncate(bytes),
		async flush() {
			for (const file of handles.values()) await file.datasync();
		},
		async remove(path) {
			await handles.get(path)?.close();
			handles.delete(path);
			await rm(join(directory, path), { force: true });
		},
		async close() {
			for (const file of handles.values()) await file.close();
			handles.clear();
		}
	};
}
