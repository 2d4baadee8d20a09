/** Where a pack is written: OPFS in the browser, a map or a real folder in tests. One folder a pack. */

import { requireInside } from './bytes';

export interface PackFolder {
	/**
	 * Writes all of `bytes`; a file grows with zeros.
	 * @throws LuxError `assembly-no-room` and nothing else for want of room
	 */
	write(path: string, offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
	/** Exactly `length` bytes. @throws RangeError past the end, or without such a file. */
	read(path: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
	/** Bytes, or null without such a file. */
	size(path: string): Promise<number | null>;
	/** Cuts a file, or makes it longer with zeros. */
	resize(path: string, bytes: number): Promise<void>;
	/** Everything written so far survives the end of the process. */
	flush(): Promise<void>;
	/** Removes a file if there is one. */
	remove(path: string): Promise<void>;
	/** Gives open files back. The folder is not used after it. */
	close(): Promise<void>;
}

/** A look into a folder that keeps nobody out, whoever writes to it meanwhile. */
export interface PackView extends Pick<PackFolder, 'size' | 'read'> {
	/** A handle on a file, not a copy; null without such a file. It fails once the file was changed. */
	file(path: string): Promise<Blob | null>;
	/** Bytes of all its files. */
	bytes(): Promise<number>;
}

export interface PackRoot {
	/** Opens a folder, made if need be. One opener at a time: callers hold a Web Lock. */
	open(name: string): Promise<PackFolder>;
	/** Null without such a folder. */
	look(name: string): Promise<PackView | null>;
	list(): Promise<string[]>;
	/** Removes a folder with everything in it, if there is one. */
	remove(name: string): Promise<void>;
}

/** A view from handles on files. */
export function viewOf(
	file: (path: string) => Promise<Blob | null>,
	bytes: () => Promise<number>
): PackView {
	return {
		file,
		bytes,
		size: async (path) => (await file(path))?.size ?? null,
		async read(path, offset, length) {
			const blob = await file(path);
			requireInside(blob?.size ?? 0, offset, length);
			return new Uint8Array(await blob!.slice(offset, offset + length).arrayBuffer());
		}
	};
}
