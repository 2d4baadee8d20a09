/** Packs in memory, for tests and for trying a recipe without touching the disk. */
import { LuxError } from '$lib/contract/errors';
import { requireInside } from '../bytes';
import { viewOf, type PackFolder, type PackRoot } from '../folder';

/**
 * What was not flushed is lost when `crash` is called, as on a machine that loses its power.
 *
 * @param room Bytes that fit in.
 */
export class MemoryRoot implements PackRoot {
	private readonly folders = new Map<string, Map<string, Uint8Array<ArrayBuffer>>>();
	private readonly flushed = new Map<string, Map<string, Uint8Array<ArrayBuffer>>>();

	constructor(private readonly room = Infinity) {}

	async open(name: string): Promise<PackFolder> {
		const files = this.folders.get(name) ?? new Map<string, Uint8Array<ArrayBuffer>>();
		this.folders.set(name, files);
		const resize = (path: string, bytes: number) => {
			const old = files.get(path) ?? new Uint8Array(0);
			const others = [...files].reduce(
				(sum, [other, file]) => sum + (other === path ? 0 : file.length),
				0
			);
			if (others + bytes > this.room) throw new LuxError('assembly-no-room', {});
			const resized = new Uint8Array(bytes);
			resized.set(old.subarray(0, bytes));
			files.set(path, resized);
			return resized;
		};
		return {
			async write(path, offset, bytes) {
				const old = files.get(path);
				const end = offset + bytes.length;
				(old && old.length >= end ? old : resize(path, end)).set(bytes, offset);
			},
			async read(path, offset, length) {
				const file = files.get(path);
				requireInside(file?.length ?? 0, offset, length);
				return file!.slice(offset, offset + length);
			},
			size: async (path) => files.get(path)?.length ?? null,
			async resize(path, bytes) {
				resize(path, bytes);
			},
			flush: async () => {
				this.flushed.set(name, copy(files));
			},
			async remove(path) {
				files.delete(path);
			},
			close: async () => undefined
		};
	}

	async look(name: string) {
		const files = this.folders.get(name);
		if (!files) return null;
		return viewOf(
			async (path) => {
				const bytes = files.get(path);
				return bytes ? new Blob([bytes]) : null;
			},
			async () => [...files.values()].reduce((sum, { length }) => sum + length, 0)
		);
	}

	async list(): Promise<string[]> {
		return [...this.folders.keys()];
	}

	async remove(name: string): Promise<void> {
		this.folders.delete(name);
		this.flushed.delete(name);
	}

	/** A root that holds what this one had flushed. */
	afterCrash(): MemoryRoot {
		const root = new MemoryRoot(this.room);
		for (const [name, files] of this.flushed) {
			root.folders.set(name, copy(files));
			root.flushed.set(name, copy(files));
		}
		return root;
	}
}

function copy<T extends Uint8Array>(files: ReadonlyMap<string, T>): Map<string, T> {
	return new Map([...files].map(([path, bytes]) => [path, bytes.slice() as T]));
}
