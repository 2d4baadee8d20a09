/** The sample sitters that ship with the app: synthetic people, made by the forge. */
import { LuxError } from '$lib/contract/errors';
import * as v from 'valibot';

const fileName = v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/));

const sittersSchema = v.array(
	v.object({
		id: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]*$/)),
		name: v.pipe(v.string(), v.minLength(1)),
		references: v.pipe(v.array(fileName), v.minLength(1), v.maxLength(8))
	})
);

export interface SampleSitter {
	id: string;
	name: string;
	/** Absolute URLs of the references, at `sitters/<id>/<file>` under the app's root. */
	urls: readonly string[];
}

/**
 * @param baseUrl absolute URL of the app's root with a trailing slash
 * @throws LuxError `pack-download-failed` when the list cannot be read
 */
export async function fetchSamples(baseUrl: string): Promise<SampleSitter[]> {
	const root = new URL('sitters/', baseUrl);
	const response = await fetch(new URL('sitters.json', root));
	if (!response.ok)
		throw new LuxError('pack-download-failed', { file: 'sitters.json', status: response.status });
	const parsed = v.safeParse(sittersSchema, await response.json());
	if (!parsed.success)
		throw new LuxError('pack-manifest-invalid', {
			detail: 'sitters.json is not a list of sitters'
		});
	return parsed.output.map(({ id, name, references }) => ({
		id,
		name,
		urls: references.map((file) => new URL(`${id}/${file}`, root).href)
	}));
}

/**
 * The photographs of all sample sitters, fetched once and held as blobs (about 400 KB in all): after the
 * page has loaded, every sample can be shot with the network off.
 */
export class SamplePhotographs {
	readonly #blobs = new Map<string, Promise<Blob>>();

	/** Starts fetching; failures are forgotten here and come back when a photograph is really needed. */
	prefetch(samples: readonly SampleSitter[]): void {
		for (const url of samples.flatMap(({ urls }) => urls)) this.#blob(url).catch(() => undefined);
	}

	/**
	 * @returns a fresh copy of the file's bytes, free to be transferred
	 * @throws LuxError `pack-download-failed`
	 */
	async read(url: string): Promise<ArrayBuffer> {
		return (await this.#blob(url)).arrayBuffer();
	}

	#blob(url: string): Promise<Blob> {
		let work = this.#blobs.get(url);
		if (!work) {
			work = fetchBlob(url);
			this.#blobs.set(url, work);
			work.catch(() => this.#blobs.delete(url));
		}
		return work;
	}
}

async function fetchBlob(url: string): Promise<Blob> {
	const file = url.slice(url.lastIndexOf('/') + 1);
	const response = await fetch(url).catch(() => null);
	if (!response?.ok)
		throw new LuxError('pack-download-failed', { file, status: response?.status ?? 0 });
	return response.blob();
}
