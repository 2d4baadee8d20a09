/** The packs of this device: what is there, whether it is still right, and how it is read. */
import { LuxError } from '$lib/contract/errors';
import type { PackManifest } from '$lib/contract/manifest';
import type { KeptPack } from '$lib/contract/packs';
import type { AssemblyProgress } from '$lib/contract/progress';
import { parseManifest } from '$workers/runtime/pack-verify';
import { sha256 } from '$workers/runtime/sha256';
import * as v from 'valibot';
import type { PackFolder, PackRoot, PackView } from './folder';
import { readInstalled, verifyInstalled } from './installed';
import { ByteProgress } from './time-left';

const MANIFEST = 'manifest.json';
const RECIPE = 'recipe.json';

/** A folder's name: nothing else is ever looked up. */
const FOLDER_NAME = /^[0-9a-f]{64}$/;

/** A whole pack, opened for reading. */
export interface OpenKept {
	view: PackView;
	manifest: PackManifest;
	/** As stored. */
	manifestBytes: Uint8Array<ArrayBuffer>;
}

/** The recipe goes first into a draft: it tells what was begun. */
export async function keepRecipe(folder: PackFolder, recipe: Uint8Array<ArrayBuffer>) {
	await keepFile(folder, RECIPE, recipe);
}

/** @returns The manifest's sha256, the pack's identity. */
export async function keepManifest(
	folder: PackFolder,
	manifest: Uint8Array<ArrayBuffer>
): Promise<string> {
	await keepFile(folder, MANIFEST, manifest);
	return sha256(manifest);
}

async function keepFile(folder: PackFolder, path: string, bytes: Uint8Array<ArrayBuffer>) {
	await folder.resize(path, bytes.length);
	await folder.write(path, 0, bytes);
	await folder.flush();
}

/** Whole packs and drafts, whoever works on them meanwhile. */
export async function listKept(root: PackRoot): Promise<KeptPack[]> {
	const kept: KeptPack[] = [];
	for (const folder of await root.list()) {
		if (!FOLDER_NAME.test(folder)) continue;
		const pack = await describeKept(root, folder);
		if (pack) kept.push(pack);
	}
	return kept;
}

/** Null without such a folder. */
export async function describeKept(root: PackRoot, folder: string): Promise<KeptPack | null> {
	const view = await root.look(folder);
	if (!view) return null;
	const pack = (await readInstalled(view))?.pack ?? null;
	return {
		folder,
		id: pack?.id ?? (await recipeId(view)) ?? folder,
		installedAt: pack?.installedAt ?? null,
		bytes: await view.bytes(),
		hash: pack?.manifest ?? null
	};
}

/** Of a draft. Null where not even the recipe is whole. */
async function recipeId(view: PackView): Promise<string | null> {
	try {
		const text = await (await view.file(RECIPE))?.text();
		return v.parse(v.looseObject({ id: v.string() }), JSON.parse(text ?? '')).id;
	} catch {
		return null;
	}
}

/** @throws LuxError `pack-not-kept`, also for a draft; `pack-file-corrupt` when its manifest is another. */
export async function openKept(root: PackRoot, folder: string): Promise<OpenKept> {
	const view = FOLDER_NAME.test(folder) ? await root.look(folder) : null;
	const pack = view && (await readInstalled(view))?.pack;
	if (!view || !pack) throw new LuxError('pack-not-kept', {});
	const size = await view.size(MANIFEST);
	const manifestBytes = size ? await view.read(MANIFEST, 0, size) : new Uint8Array(0);
	if ((await sha256(manifestBytes)) !== pack.manifest)
		throw new LuxError('pack-file-corrupt', { file: MANIFEST });
	return { view, manifest: parseManifest(manifestBytes.buffer), manifestBytes };
}

/**
 * Reads every byte of a whole pack again.
 *
 * @throws LuxError `pack-not-kept`, `pack-file-corrupt`; the signal's reason when stopped.
 */
export async function verifyKept(
	root: PackRoot,
	folder: string,
	run: {
		signal: AbortSignal;
		onProgress(progress: AssemblyProgress): void;
		/** Milliseconds of a clock that only goes forward. */
		now(): number;
	}
): Promise<void> {
	const { view, manifest } = await openKept(root, folder);
	const { totalBytes } = manifest;
	const progress = new ByteProgress('verify', totalBytes, 0, run.onProgress, run.now);
	for (const entry of manifest.files)
		await verifyInstalled(
			view,
			{ files: [entry] },
			(bytes) => progress.add(bytes, entry.path),
			run.signal
		);
}

/** Of a whole pack or of a draft; none is no error. Whatever is not a pack's folder is left alone. */
export async function removeKept(root: PackRoot, folder: string): Promise<void> {
	if (FOLDER_NAME.test(folder)) await root.remove(folder);
}
