/**
 * A file on a server, read by ranges. Every answer has to be about the same file: same length, same ETag, exactly the
 * range asked for. A broken answer goes on where it broke; an answer about another file ends the whole thing.
 *
 * `If-Range` is left out on purpose: it would cost a preflight across origins, and comparing the ETag of every answer
 * catches the same.
 */
import { LuxError } from '$lib/contract/errors';
import { requireInside, type RangeReader } from '../bytes';
import { Passing, requireAnswer, withPatience, type Patience } from './retries';

/** Progress of at least this much earns new tries: one byte a connection would take for ever. */
const ONWARD_BYTES = 64 * 1024;

export interface HttpFileOptions {
	name: string;
	url: string;
	/** Whole length as it must be, bytes. */
	size: number;
	/** ETag of an earlier visit; null takes the first one that comes. */
	etag: string | null;
	patience: Patience;
	/** The one way to the network. */
	fetch: typeof fetch;
}

export class HttpFile implements RangeReader {
	readonly name: string;
	readonly size: number;
	private knownEtag: string | null;

	constructor(private readonly options: HttpFileOptions) {
		this.name = options.name;
		this.size = options.size;
		this.knownEtag = options.etag;
	}

	/** Null until something was read, or when the server sends none. */
	get etag(): string | null {
		return this.knownEtag;
	}

	/**
	 * @throws LuxError `source-...`; the signal's reason when stopped.
	 */
	async read(
		offset: number,
		length: number,
		signal: AbortSignal = new AbortController().signal
	): Promise<Uint8Array<ArrayBuffer>> {
		requireInside(this.size, offset, length);
		const bytes = new Uint8Array(length);
		let filled = 0;
		await withPatience(this.options.patience, signal, async (onward) => {
			const before = filled;
			await this.request(offset + filled, offset + length - 1, signal, (part) => {
				if (filled + part.length > length) throw this.wrongSize(offset + filled + part.length);
				bytes.set(part, filled);
				filled += part.length;
				if (filled - before >= ONWARD_BYTES) onward();
			});
			if (filled < length)
				throw new Passing(new LuxError('source-unreachable', { file: this.name, status: 0 }));
		});
		return bytes;
	}

	/** One request for bytes `first` to `last`. Ends early without a word when the connection does. */
	private async request(
		first: number,
		last: number,
		signal: AbortSignal,
		onPart: (part: Uint8Array) => void
	): Promise<void> {
		// Taken out first: a browser's fetch is no method of anything but the global object.
		const { fetch, url, patience } = this.options;
		const watch = new StallWatch(patience.stall);
		try {
			const response = await fetch(url, {
				headers: { Range: `bytes=${first}-${last}` },
				signal: AbortSignal.any([signal, watch.signal]),
				// Parts of gigabytes have no place in the browser's cache, and a stale one no place here.
				cache: 'no-store',
				credentials: 'omit',
				referrerPolicy: 'no-referrer'
			});
			const reader = response.body?.getReader();
			try {
				this.requireSame(response, first, last);
				for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
					watch.restart();
					onPart(part.value);
				}
			} finally {
				// A body that is not read to its end holds the connection.
				await reader?.cancel().catch(() => undefined);
			}
		} catch (error) {
			if (error instanceof LuxError || error instanceof Passing) throw error;
			const { name: file } = this;
			const seconds = Math.ceil(patience.stall / 1000);
			throw new Passing(
				watch.signal.aborted
					? new LuxError('source-stalled', { file, seconds })
					: new LuxError('source-unreachable', { file, status: 0 }),
				null,
				{ cause: error }
			);
		} finally {
			watch.stop();
		}
	}

	private requireSame(response: Response, first: number, last: number): void {
		const { name: file, size } = this;
		if (response.status === 416) {
			const total = /^bytes \*\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
			throw this.wrongSize(Number(total?.[1] ?? 0));
		}
		requireAnswer(file, response);
		// A redirect may lead to another host, but not out of the encryption.
		if (this.options.url.startsWith('https:') && !response.url.startsWith('https:'))
			throw new LuxError('source-refused', { file, status: response.status });
		const etag = response.headers.get('etag');
		if (this.knownEtag !== null && etag !== this.knownEtag)
			throw new LuxError('source-changed', { file });
		if (response.status !== 206 || response.headers.get('content-encoding'))
			throw new LuxError('source-no-ranges', { file });
		const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
		if (!range) throw new LuxError('source-no-ranges', { file });
		const [from, to, total] = range.slice(1).map(Number) as [number, number, number];
		if (total !== size) throw this.wrongSize(total);
		if (from !== first || to > last) throw new LuxError('source-no-ranges', { file });
		this.knownEtag = etag;
	}

	private wrongSize(bytes: number): LuxError<'source-wrong-size'> {
		return new LuxError('source-wrong-size', { file: this.name, bytes, expected: this.size });
	}
}

/** Aborts when it was not restarted for a while. */
class StallWatch {
	private readonly controller = new AbortController();
	private timer: ReturnType<typeof setTimeout>;

	constructor(private readonly milliseconds: number) {
		this.timer = this.start();
	}

	get signal(): AbortSignal {
		return this.controller.signal;
	}

	restart(): void {
		clearTimeout(this.timer);
		this.timer = this.start();
	}

	stop(): void {
		clearTimeout(this.timer);
	}

	private start(): ReturnType<typeof setTimeout> {
		return setTimeout(() => this.controller.abort(), this.milliseconds);
	}
}
