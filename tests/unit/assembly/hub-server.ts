/** A hub on this machine that can misbehave. Speaks the two paths of the real one that are used: paths-info and resolve. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What may go wrong with one answer. Gets the range asked for; returns true when it answered itself. */
export type Mischief = (
	request: IncomingMessage,
	response: ServerResponse,
	file: { path: string; bytes: Uint8Array; first: number; last: number; count: number }
) => boolean | undefined;

export class HubServer {
	private server: Server | null = null;
	/** Requests for file contents, in order: path and Range header. */
	readonly requests: { path: string; range: string }[] = [];
	mischief: Mischief = () => undefined;
	/** Overrides of what the hub says about a file. */
	info: { size?: number; oid?: string; missing?: boolean; status?: number; lfs?: false } = {};
	etagSuffix = '';

	/** @param files By `repository/path`. */
	constructor(private readonly files: ReadonlyMap<string, Uint8Array>) {}

	async start(): Promise<string> {
		this.server = createServer((request, response) => this.answer(request, response));
		await new Promise<void>((resolve) => this.server!.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		this.server?.closeAllConnections();
		await new Promise((resolve) => this.server?.close(resolve));
	}

	private answer(request: IncomingMessage, response: ServerResponse): void {
		const url = new URL(request.url!, 'http://hub');
		const api = /^\/api\/models\/([^/]+\/[^/]+)\/paths-info\/[0-9a-f]{40}$/.exec(url.pathname);
		if (api) return this.pathsInfo(api[1]!, request, response);
		const resolve = /^\/(?:cdn\/)?([^/]+\/[^/]+)\/resolve\/[0-9a-f]{40}\/(.+)$/.exec(url.pathname);
		const bytes = resolve && this.files.get(`${resolve[1]}/${resolve[2]}`);
		if (!bytes) return void response.writeHead(404).end();
		const range = request.headers.range ?? '';
		this.requests.push({ path: resolve[2]!, range });
		const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
		const first = Number(from);
		const last = Math.min(Number(to), bytes.length - 1);
		const count = this.requests.length;
		if (this.mischief(request, response, { path: url.pathname, bytes, first, last, count })) return;
		if (first >= bytes.length)
			return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
		response.writeHead(206, this.headers(bytes, first, last)).end(bytes.subarray(first, last + 1));
	}

	headers(bytes: Uint8Array, first: number, last: number): Record<string, string | number> {
		return {
			etag: `"${sha256(bytes).slice(0, 16)}${this.etagSuffix}"`,
			'content-range': `bytes ${first}-${last}/${bytes.length}`,
			'content-length': last - first + 1
		};
	}

	private pathsInfo(repository: string, request: IncomingMessage, response: ServerResponse): void {
		let body = '';
		request.on('data', (part) => (body += part));
		request.on('end', () => {
			if (this.info.status) return response.writeHead(this.info.status).end();
			const { paths } = JSON.parse(body) as { paths: string[] };
			const list = paths.flatMap((path) => {
				const bytes = this.files.get(`${repository}/${path}`);
				if (!bytes || this.info.missing) return [];
				const size = this.info.size ?? bytes.length;
				const lfs = { oid: this.info.oid ?? sha256(bytes), size, pointerSize: 130 };
				return [
					{
						type: 'file',
						path,
						oid: 'f'.repeat(40),
						size,
						...(this.info.lfs === false ? {} : { lfs })
					}
				];
			});
			response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(list));
		});
	}
}

function sha256(bytes: Uint8Array): string {
	return createHash('sha256').update(bytes).digest('hex');
}
