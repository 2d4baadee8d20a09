/** Packs in the origin's private file system, by sync access handles. For dedicated workers only. */
import { LuxError } from '$lib/contract/errors';
import { requireInside } from '../bytes';
import { viewOf, type PackFolder, type PackRoot } from '../folder';

/** Milliseconds; about two seconds in all. */
const CLAIM_FIRST_WAIT = 16;
const CLAIM_LONGEST_WAIT = 1024;

/** @param directory One that holds nothing but packs. */
export function opfsRoot(directory: FileSystemDirectoryHandle): PackRoot {
	return {
		open: async (name) =>
			new OpfsFolder(await stored(() => directory.getDirectoryHandle(name, { create: true }))),
		async look(name) {
			const folder = await absentAs(null, () => directory.getDirectoryHandle(name));
			if (!folder) return null;
			return viewOf(
				(path) =>
					absentAs(null, async () => (await fileIn(folder, path, { create: false })).getFile()),
				() => bytesIn(folder)
			);
		},
		async list() {
			const names: string[] = [];
			for await (const [name, { kind }] of directory.entries())
				if (kind === 'directory') names.push(name);
			return names.sort();
		},
		async remove(name) {
			await absentAs(undefined, () => directory.removeEntry(name, { recursive: true }));
		}
	};
}

class OpfsFolder implements PackFolder {
	/** Open until `close`: opening costs more than a small write. */
	private readonly handles = new Map<string, FileSystemSyncAccessHandle>();

	constructor(private readonly directory: FileSystemDirectoryHandle) {}

	async write(path: string, offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
		const handle = await this.open(path);
		const written = await stored(() => handle.write(bytes, { at: offset }));
		// Over quota some browsers write less, or count nonsense, instead of throwing.
		if (written !== bytes.length) throw new LuxError('assembly-no-room', {});
	}

	async read(path: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
		requireInside((await this.size(path)) ?? 0, offset, length);
		const handle = await this.open(path);
		const bytes = new Uint8Array(length);
		const read = await stored(() => handle.read(bytes, { at: offset }));
		if (read !== length) throw new RangeError(`${read} of ${length} bytes of ${path}`);
		return bytes;
	}

	async size(path: string): Promise<number | null> {
		const open = this.handles.get(path);
		if (open) return open.getSize();
		const file = await absentAs(null, () => this.fileHandle(path, false));
		return file && (await file.getFile()).size;
	}

	async resize(path: string, bytes: number): Promise<void> {
		const handle = await this.open(path);
		await stored(() => handle.truncate(bytes));
		if (handle.getSize() !== bytes) throw new LuxError('assembly-no-room', {});
	}

	async flush(): Promise<void> {
		for (const handle of this.handles.values()) await stored(() => handle.flush());
	}

	async remove(path: string): Promise<void> {
		this.handles.get(path)?.close();
		this.handles.delete(path);
		await absentAs(undefined, async () => {
			const { directory, name } = await locate(this.directory, path, { create: false });
			await directory.removeEntry(name);
		});
	}

	async close(): Promise<void> {
		for (const handle of this.handles.values()) handle.close();
		this.handles.clear();
	}

	private async open(path: string): Promise<FileSystemSyncAccessHandle> {
		const known = this.handles.get(path);
		if (known) return known;
		const handle = await stored(async () => claim(await this.fileHandle(path, true)));
		this.handles.set(path, handle);
		return handle;
	}

	private fileHandle(path: string, create: boolean): Promise<FileSystemFileHandle> {
		return fileIn(this.directory, path, { create });
	}
}

async function fileIn(
	top: FileSystemDirectoryHandle,
	path: string,
	options: { create: boolean }
): Promise<FileSystemFileHandle> {
	const { directory, name } = await locate(top, path, options);
	return directory.getFileHandle(name, options);
}

async function locate(
	top: FileSystemDirectoryHandle,
	path: string,
	options: { create: boolean }
): Promise<{ directory: FileSystemDirectoryHandle; name: string }> {
	const folders = path.split('/');
	const name = folders.pop()!;
	let directory = top;
	for (const folder of folders) directory = await directory.getDirectoryHandle(folder, options);
	return { directory, name };
}

async function bytesIn(directory: FileSystemDirectoryHandle): Promise<number> {
	let sum = 0;
	for await (const handle of directory.values())
		// A file may go while its folder is read.
		sum += await absentAs(0, async () =>
			handle.kind === 'directory'
				? bytesIn(handle as FileSystemDirectoryHandle)
				: (await (handle as FileSystemFileHandle).getFile()).size
		);
	return sum;
}

/** A worker that was just ended may hold its files a moment longer; nobody else does, under the lock. */
async function claim(file: FileSystemFileHandle): Promise<FileSystemSyncAccessHandle> {
	for (let wait = CLAIM_FIRST_WAIT; ; wait *= 2) {
		try {
			return await file.createSyncAccessHandle();
		} catch (error) {
			const held = error instanceof DOMException && error.name === 'NoModificationAllowedError';
			if (!held || wait > CLAIM_LONGEST_WAIT) throw error;
			await new Promise((resolve) => setTimeout(resolve, wait));
		}
	}
}

/** Runs something that touches the disk; what the disk refuses becomes a code. */
async function stored<T>(task: () => T | Promise<T>): Promise<T> {
	try {
		return await task();
	} catch (error) {
		if (!(error instanceof DOMException)) throw error;
		if (error.name === 'QuotaExceededError')
			throw new LuxError('assembly-no-room', {}, { cause: error });
		throw new LuxError('storage-unavailable', { detail: error.message }, { cause: error });
	}
}

/** `absent` where there is no such entry. */
async function absentAs<T, A>(absent: A, task: () => Promise<T>): Promise<T | A> {
	try {
		return await task();
	} catch (error) {
		if (error instanceof DOMException && error.name === 'NotFoundError') return absent;
		throw error;
	}
}
