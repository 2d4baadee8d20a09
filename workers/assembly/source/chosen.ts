/** Publishers' files that a person has on disk already: read where they are, in place of the network. */
import type { RecipeSource } from '$lib/contract/assembly-recipe';
import { LuxError } from '$lib/contract/errors';
import type { AssemblyProgress } from '$lib/contract/progress';
import { blobReader, type RangeReader } from '../bytes';
import { hashOf } from '../stage';
import { ByteProgress } from '../time-left';

export interface ChosenFile {
	/** Without folders, as a `File` has it. */
	name: string;
	bytes: Blob;
}

/**
 * Finds a source among the chosen files: of the right length, those of the right name first, and then by its hash. Where
 * nobody states a hash, name and length have to do.
 *
 * @returns Null when none of them is it: that is no error.
 * @throws LuxError `source-changed` from the reader, when the file changes on the disk.
 */
export async function findChosen(
	source: RecipeSource,
	chosen: readonly ChosenFile[],
	run: {
		signal: AbortSignal;
		onProgress(progress: AssemblyProgress): void;
		now(): number;
	}
): Promise<RangeReader | null> {
	const name = source.path.slice(source.path.lastIndexOf('/') + 1);
	const fitting = chosen.filter(({ bytes }) => bytes.size === source.bytes);
	const named = fitting.filter((file) => file.name === name);
	if (source.sha256 === null)
		return named.length === 1 ? chosenReader(source.path, named[0]!.bytes) : null;
	for (const { bytes } of [...named, ...fitting.filter((file) => file.name !== name)]) {
		const progress = new ByteProgress('verify', source.bytes, 0, run.onProgress, run.now);
		const reader = chosenReader(source.path, bytes);
		const counted = {
			...reader,
			read: async (offset: number, length: number, signal?: AbortSignal) => {
				const piece = await reader.read(offset, length, signal);
				progress.add(piece.length, source.path);
				return piece;
			}
		};
		if ((await hashOf(counted, run.signal)) === source.sha256) return reader;
	}
	return null;
}

/** A handle on a file fails once the file was changed: what was read before belongs to another one. */
function chosenReader(file: string, bytes: Blob): RangeReader {
	const reader = blobReader(file, bytes);
	return {
		...reader,
		async read(offset, length, signal) {
			try {
				return await reader.read(offset, length, signal);
			} catch (cause) {
				if (cause instanceof DOMException && /^NotRead|^NotFound/.test(cause.name))
					throw new LuxError('source-changed', { file }, { cause });
				throw cause;
			}
		}
	};
}
