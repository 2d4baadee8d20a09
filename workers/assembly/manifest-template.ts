/**
 * The manifest of a pack that is assembled. The app brings a template: nobody knows the hashes of the weights before
 * somebody assembled them. Once they are known they are added, always in the same form, so that every assembly of a
 * recipe ends in the same bytes, whose hash is the pack's identity.
 */
import type { AssemblyRecipe } from '$lib/contract/assembly-recipe';
import { LuxError } from '$lib/contract/errors';
import { CHUNK_BYTES, type PackManifest } from '$lib/contract/manifest';
import { parseManifest } from '$workers/runtime/pack-verify';
import * as v from 'valibot';

type FileEntry = PackManifest['files'][number];

/** Names that the folder of a pack needs for itself. */
const RESERVED = /^((installed|manifest|recipe|journal-\d)\.json|source-.*)$/;
const UNKNOWN_HASH = '0'.repeat(64);

const outline = v.looseObject({ files: v.array(v.looseObject({ path: v.string() })) });
type Outline = v.InferOutput<typeof outline>;

export interface ManifestTemplate {
	/** Files that the app brings, in the template's order. */
	brought: readonly FileEntry[];
	/** The recipe, with hashes that only the template states. */
	recipe: AssemblyRecipe;
	/** @returns `manifest.json` of the whole pack: the template, the assembled files after the brought ones. */
	complete(made: readonly FileEntry[]): Uint8Array<ArrayBuffer>;
}

/**
 * @param bytes `manifest.json` as the app brings it, with or without entries of files that the recipe makes.
 * @throws LuxError `pack-manifest-invalid` when it would be no manifest with those files, or contradicts the recipe.
 */
export function readTemplate(
	bytes: Uint8Array<ArrayBuffer>,
	recipe: AssemblyRecipe
): ManifestTemplate {
	const template = parseOutline(bytes);
	const assembled = new Set(recipe.files.map(({ path }) => path));
	const complete = (made: readonly FileEntry[]) => {
		const brought = template.files.filter(({ path }) => !assembled.has(path));
		const files = [
			...brought,
			...made.map(({ path, bytes: length, sha256, chunks }) => ({
				path,
				bytes: length,
				sha256,
				chunks
			}))
		];
		const totalBytes = files.reduce((sum, file) => sum + Number(file['bytes']), 0);
		const text = `${JSON.stringify({ ...template, totalBytes, files }, null, '\t')}\n`;
		const encoded = new TextEncoder().encode(text);
		parseManifest(encoded.buffer);
		return encoded;
	};
	const promised = withPromises(recipe, template);
	const manifest = parseManifest(
		complete(
			promised.files.map(({ path, bytes: length, sha256 }) => ({
				path,
				bytes: length,
				sha256: sha256 ?? UNKNOWN_HASH,
				chunks: Array<string>(Math.ceil(length / CHUNK_BYTES)).fill(UNKNOWN_HASH)
			}))
		).buffer
	);
	for (const { path } of manifest.files)
		if (RESERVED.test(path)) throw invalid(`${path} is a name of the folder's own`);
	return {
		brought: manifest.files.filter(({ path }) => !assembled.has(path)),
		recipe: promised,
		complete
	};
}

/** What the template states of assembled files has to be what the recipe states, where it states it. */
function withPromises(recipe: AssemblyRecipe, { files }: Outline): AssemblyRecipe {
	const stated = new Map(files.map((file) => [file.path, file]));
	return {
		...recipe,
		files: recipe.files.map((file) => {
			const entry = stated.get(file.path);
			if (!entry) return file;
			const hash = entry['sha256'];
			if (entry['bytes'] !== file.bytes || (file.sha256 !== null && hash !== file.sha256))
				throw invalid(`${file.path} is not what the recipe makes`);
			return { ...file, sha256: typeof hash === 'string' ? hash : null };
		})
	};
}

function parseOutline(bytes: Uint8Array): Outline {
	try {
		const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
		return v.parse(outline, JSON.parse(text));
	} catch (cause) {
		throw new LuxError('pack-manifest-invalid', { detail: 'no list of files' }, { cause });
	}
}

function invalid(detail: string): LuxError<'pack-manifest-invalid'> {
	return new LuxError('pack-manifest-invalid', { detail });
}
