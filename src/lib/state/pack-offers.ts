/** Reads what the app can put together: a list of directories, and a manifest and a recipe in each. Own origin only. */
import { assemblyRecipeSchema, type AssemblyRecipe } from '$lib/contract/assembly-recipe';
import { LuxError, toWireError, type WireError } from '$lib/contract/errors';
import { packManifestSchema, type PackManifest } from '$lib/contract/manifest';
import type { OfferedPack, OfferedSource } from '$lib/contract/offer';
import * as v from 'valibot';

const offersSchema = v.object({
	offers: v.array(v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]*$/)))
});

export interface Offers {
	offers: OfferedPack[];
	/** Why the list, or one of it, cannot be shown; the others are there all the same. */
	error: WireError | null;
}

/**
 * A build without `packs/packs.json` offers nothing, which is no error.
 * @param baseUrl absolute URL of the app's root with a trailing slash
 */
export async function readOffers(baseUrl: string): Promise<Offers> {
	const root = new URL('packs/', baseUrl);
	const offers: OfferedPack[] = [];
	let error: WireError | null = null;
	try {
		const text = await readText(new URL('packs.json', root), { optional: true });
		const list = text === null ? { offers: [] } : v.parse(offersSchema, JSON.parse(text));
		for (const directory of list.offers)
			try {
				offers.push(await readOffer(new URL(`${directory}/`, root)));
			} catch (problem) {
				error = toWireError(problem);
			}
	} catch (problem) {
		error = toWireError(problem);
	}
	return { offers, error };
}

/**
 * Of a pack under the app's root, for example `packs/pocket`.
 * @throws LuxError `pack-download-failed`, `pack-manifest-invalid`
 */
export function readManifest(baseUrl: string, pack: string): Promise<PackManifest> {
	return manifestAt(new URL(`${pack}/`, baseUrl));
}

async function manifestAt(directory: URL): Promise<PackManifest> {
	const text = await readText(new URL('manifest.json', directory), { optional: false });
	try {
		return v.parse(packManifestSchema, JSON.parse(text));
	} catch (error) {
		throw new LuxError('pack-manifest-invalid', { detail: reason(error) });
	}
}

async function readOffer(directory: URL): Promise<OfferedPack> {
	const manifest = await manifestAt(directory);
	const text = await readText(new URL('recipe.json', directory), { optional: false });
	let recipe: AssemblyRecipe;
	try {
		recipe = v.parse(assemblyRecipeSchema, JSON.parse(text));
	} catch (error) {
		throw new LuxError('assembly-recipe-invalid', { detail: reason(error) });
	}
	const written = new Set(recipe.files.map(({ path }) => path));
	const brought = manifest.files.filter(({ path }) => !written.has(path));
	return {
		url: directory.href,
		folder: await hashOf(text),
		manifest,
		sources: sourcesOf(recipe, manifest),
		fetchBytes: sum(recipe.sources),
		packBytes: sum(recipe.files) + sum(brought)
	};
}

/**
 * A licence names publishers' files (`owner/name`, or with the path after it) or files of the pack; a publisher's file that is
 * not named comes under the licences of the pack's files that it becomes part of.
 */
export function sourcesOf(
	recipe: Pick<AssemblyRecipe, 'sources' | 'weights' | 'copies'>,
	{ licences }: Pick<PackManifest, 'licences'>
): OfferedSource[] {
	return recipe.sources.map(({ id, repository, path, bytes }) => {
		const named = new Set([repository, `${repository}/${path}`]);
		const weights = recipe.weights.filter(({ inputs }) =>
			inputs.some(({ source }) => source === id)
		);
		const copies = (recipe.copies ?? []).filter(({ source }) => source === id);
		const filled = new Set(
			[...weights.flatMap(({ outputs }) => outputs), ...copies].map(({ file }) => file)
		);
		const under = (names: ReadonlySet<string>) =>
			licences.filter(({ files }) => files.some((file) => names.has(file)));
		const own = under(named);
		const found = own.length > 0 ? own : under(filled);
		return { id, repository, path, bytes, licences: found.map(({ name }) => name) };
	});
}

async function readText(url: URL, how: { optional: true }): Promise<string | null>;
async function readText(url: URL, how: { optional: false }): Promise<string>;
async function readText(url: URL, { optional }: { optional: boolean }): Promise<string | null> {
	const file = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
	const response = await fetch(url).catch(() => null);
	if (response?.ok) return response.text();
	if (optional && response?.status === 404) return null;
	throw new LuxError('pack-download-failed', { file, status: response?.status ?? 0 });
}

async function hashOf(text: string): Promise<string> {
	const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
	return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const sum = (files: readonly { bytes: number }[]) =>
	files.reduce((total, { bytes }) => total + bytes, 0);

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error));
