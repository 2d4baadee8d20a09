/** A pack that the app can put together, as its manifest and recipe describe it before anything is fetched. */
import type { PackManifest } from './manifest';

export interface OfferedPack {
	/** Its directory: absolute, with a trailing slash. */
	url: string;
	/** Folder that it is kept in: the sha256 of its recipe. */
	folder: string;
	manifest: PackManifest;
	sources: readonly OfferedSource[];
	/** Bytes of all publishers' files. They lie beside the pack until it is whole. */
	fetchBytes: number;
	/** Bytes of the whole pack, what the app brings included. */
	packBytes: number;
}

/** One file of a publisher. */
export interface OfferedSource {
	id: string;
	/** `owner/name` on the hub. */
	repository: string;
	path: string;
	bytes: number;
	/** Names of licences, as in the manifest. */
	licences: readonly string[];
}

/** Which files that a person chose are wanted ones. */
export interface RecognisedFiles<F> {
	/** By the id of the source. */
	found: ReadonlyMap<string, F>;
	/** The same, each file once. */
	files: readonly F[];
	missing: readonly OfferedSource[];
	/** None of the publishers' files, or another size than theirs. */
	unknown: readonly F[];
}

/**
 * By name and size: what is inside is checked when it is read. Names repeat among publishers, sizes tell them apart.
 * @param files for example those of a file picker
 */
export function recogniseFiles<F extends { name: string; size: number }>(
	sources: readonly OfferedSource[],
	files: readonly F[]
): RecognisedFiles<F> {
	const found = new Map<string, F>();
	for (const { id, path, bytes } of sources) {
		const name = path.slice(path.lastIndexOf('/') + 1);
		const file = files.find((file) => file.name === name && file.size === bytes);
		if (file) found.set(id, file);
	}
	const wanted = new Set(found.values());
	return {
		found,
		files: [...wanted],
		missing: sources.filter(({ id }) => !found.has(id)),
		unknown: files.filter((file) => !wanted.has(file))
	};
}
