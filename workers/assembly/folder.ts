/** Where a pack is written: OPFS in the browser, a map or a real folder in tests. One folder a pack. */

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

export interface PackRoot {
	/** Opens a folder, made if need be. One opener at a time: callers hold a Web Lock. */
	open(name: string): Promise<PackFolder>;
	list(): Promise<string[]>;
	/** Removes a folder with everything in it, if there is one. */
	remove(name: string): Promise<void>;
}
