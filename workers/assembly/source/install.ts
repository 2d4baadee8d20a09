/** A pack from a recipe and the publisher's files: fetched, checked, assembled, committed - or nothing. */
import type { RecipeSource } from '$lib/contract/assembly-recipe';
import { LuxError, type ErrorCode } from '$lib/contract/errors';
import type { AssemblyProgress } from '$lib/contract/progress';
import { sha256 } from '$workers/runtime/sha256';
import { assemble } from '../assemble';
import { bringFiles, type Bringing } from '../brought';
import type { RangeReader } from '../bytes';
import type { PackFolder, PackRoot } from '../folder';
import { readInstalled, type Installed } from '../installed';
import { keepManifest, keepRecipe } from '../kept';
import { readTemplate } from '../manifest-template';
import type { PauseGate } from '../pause-gate';
import { readAhead } from '../read-ahead';
import { parseRecipe } from '../recipe-check';
import { readStaged, removeStaged, stagedReader, stageFile } from '../stage';
import { ByteProgress } from '../time-left';
import { findChosen, type ChosenFile } from './chosen';
import { openHubFile, type Hub } from './hub';

const READ_AHEAD_BYTES = 8 * 1024 * 1024;

/** After these, what was fetched or written is of no use: going on would mix it with something else. */
const HOPELESS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
	'source-changed',
	'source-wrong-hash',
	'source-wrong-size',
	'checkpoint-unreadable',
	'checkpoint-unsafe',
	'checkpoint-tensor-wrong',
	'assembly-corrupt'
]);

export interface Installation {
	/** `recipe.json` as it came; its sha256 names the folder. */
	recipeText: string;
	/** `manifest.json` as the app brings it: see `readTemplate`. */
	template: Uint8Array<ArrayBuffer>;
	bring: Bringing['bring'];
	/** Files that a person has on disk; what is not among them comes from the hub. */
	chosen: readonly ChosenFile[];
	root: PackRoot;
	hub: Hub;
	gate: PauseGate;
	signal: AbortSignal;
	onProgress(progress: AssemblyProgress): void;
	/** Milliseconds of a clock that only goes forward. */
	now(): number;
	/** Milliseconds since the epoch. */
	date(): number;
}

/**
 * Goes on with a draft where there is one. Stopped or out of touch it leaves the draft; with a file that is not what
 * the recipe means it leaves nothing.
 *
 * Everything that can be wrong with what the app brings is found before a byte of a publisher's is asked for.
 *
 * @throws LuxError with the code of what is wrong; the signal's reason when stopped.
 */
export async function install(installation: Installation): Promise<Installed> {
	const { recipeText, root, gate, signal, onProgress, now, date } = installation;
	const parsed = parseRecipe(recipeText);
	const { recipe, brought, complete } = readTemplate(installation.template, parsed);
	const recipeBytes = new TextEncoder().encode(recipeText);
	const recipeHash = await sha256(recipeBytes);
	const folder = await root.open(recipeHash);
	let hopeless = false;
	try {
		const there = await readInstalled(folder);
		if (there?.pack) return there;
		await keepRecipe(folder, recipeBytes);
		await bringFiles(brought, { folder, bring: installation.bring, signal });
		const open = await sources(installation, recipe.sources, folder);
		return await assemble({
			recipe,
			recipeHash,
			open,
			folder,
			gate,
			signal,
			onProgress,
			now,
			// What was assembled was read back: publishers' files are not needed any more.
			async complete(made) {
				for (const source of recipe.sources) await removeStaged(folder, stagePath(source));
				const manifest = await keepManifest(folder, complete(made));
				return { id: recipe.id, manifest, installedAt: date() };
			}
		});
	} catch (error) {
		hopeless = error instanceof LuxError && HOPELESS.has(error.code);
		throw error;
	} finally {
		await folder.close();
		if (hopeless) await root.remove(recipeHash);
	}
}

/** Everything of an assembly that is not finished, or of a pack. */
export async function discard(recipeText: string, root: PackRoot): Promise<void> {
	await root.remove(await sha256(new TextEncoder().encode(recipeText)));
}

async function sources(
	{ hub, chosen, gate, signal, onProgress, now }: Installation,
	all: readonly RecipeSource[],
	folder: PackFolder
): Promise<(source: RecipeSource) => Promise<RangeReader>> {
	const total = all.reduce((sum, { bytes }) => sum + bytes, 0);
	let before = 0;
	for (const source of all) before += (await readStaged(folder, stagePath(source)))?.fetched ?? 0;
	const progress = new ByteProgress('fetch', total, before, onProgress, now);
	return async (source) => {
		const path = stagePath(source);
		const staged = await readStaged(folder, path);
		// Fetched and verified before: the rest needs no network.
		if (staged?.verified && (source.sha256 ?? staged.sha256) === staged.sha256)
			return stagedReader(source.path, folder, path, staged.bytes);
		const found = await findChosen(source, chosen, { signal, onProgress, now });
		if (found) {
			progress.add(source.bytes - (staged?.fetched ?? 0), source.path);
			return found;
		}
		const etag = staged?.etag ?? null;
		const { file, sha256: expected } = await openHubFile(source, hub, etag, signal);
		// Nobody knows its hash: it is read where it is, and its ETag and revision have to do.
		if (expected === null) return readAhead(file, READ_AHEAD_BYTES);
		const onBytes = (bytes: number) => progress.add(bytes, source.path);
		return stageFile(file, { folder, path, sha256: expected, gate, signal, onBytes });
	};
}

function stagePath({ id }: RecipeSource): string {
	return `source-${id}.part`;
}
