/** A publisher's file on the Hugging Face hub or on a mirror of it, at the revision that the recipe pins. */
import type { RecipeSource } from '$lib/contract/assembly-recipe';
import { LuxError } from '$lib/contract/errors';
import { HubApiError, pathsInfo, type PathInfo } from '@huggingface/hub';
import { HttpFile } from './http-file';
import { Passing, requireAnswer, withPatience, type Patience } from './retries';

export interface Hub {
	/** Without a trailing slash. A mirror serves the same paths. */
	url: string;
	patience: Patience;
	fetch: typeof fetch;
}

export interface HubFile {
	file: HttpFile;
	/** Of the whole file: the recipe's, or else what the hub states. Null where nobody knows it. */
	sha256: string | null;
}

/**
 * Asks the hub about the file before a byte of it is fetched. A plain mirror without the hub's API is good enough
 * where the recipe knows the hash itself.
 *
 * @param etag Of an earlier visit, or null.
 * @throws LuxError `source-wrong-size` or `source-wrong-hash` when it is not the recipe's file, `source-...` otherwise.
 */
export async function openHubFile(
	source: RecipeSource,
	hub: Hub,
	etag: string | null,
	signal: AbortSignal
): Promise<HubFile> {
	const { path: file, bytes: expected } = source;
	const info = await askHub(source, hub, signal);
	if (info && info.size !== expected)
		throw new LuxError('source-wrong-size', { file, bytes: info.size, expected });
	const stated = info?.lfs?.oid ?? null;
	if (source.sha256 !== null && stated !== null && stated !== source.sha256)
		throw new LuxError('source-wrong-hash', { file });
	const url = `${hub.url}/${source.repository}/resolve/${source.revision}/${source.path}`;
	const { patience, fetch } = hub;
	return {
		file: new HttpFile({ name: file, url, size: expected, etag, patience, fetch }),
		sha256: source.sha256 ?? stated
	};
}

/** @returns Null where there is no such API and the recipe can do without. */
async function askHub(
	source: RecipeSource,
	hub: Hub,
	signal: AbortSignal
): Promise<PathInfo | null> {
	const { path: file, sha256 } = source;
	const { fetch, patience } = hub;
	return withPatience(patience, signal, async () => {
		try {
			const [info] = await pathsInfo({
				repo: { type: 'model', name: source.repository },
				paths: [source.path],
				revision: source.revision,
				hubUrl: hub.url,
				fetch: async (url, init) => {
					const timeout = AbortSignal.timeout(patience.stall);
					const response = await fetch(url, {
						...init,
						signal: AbortSignal.any([signal, timeout]),
						credentials: 'omit',
						referrerPolicy: 'no-referrer'
					});
					requireAnswer(file, response);
					return response;
				}
			});
			if (!info && sha256 === null) throw new LuxError('source-refused', { file, status: 404 });
			return info ?? null;
		} catch (error) {
			const refused = error instanceof LuxError && error.code === 'source-refused';
			if ((refused || error instanceof SyntaxError) && sha256 !== null) return null;
			if (error instanceof LuxError || error instanceof Passing) throw error;
			const status = error instanceof HubApiError ? error.statusCode : 0;
			throw new Passing(new LuxError('source-unreachable', { file, status }), null, {
				cause: error
			});
		}
	});
}
