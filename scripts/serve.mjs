/**
 * Serves the built app with the headers of its own `_headers`, as a static host would.
 *
 * `node scripts/serve.mjs [--dir build] [--port 4173] [--base /portraits]`
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import sirv from 'sirv';
import { headersFor, parseHeaders } from './headers.mjs';

/** What sirv's table lacks. */
const TYPES = /** @type {const} */ ({
	'.onnx': 'application/octet-stream',
	'.data': 'application/octet-stream'
});

/**
 * @typedef {object} ServeOptions
 * @property {string} dir Directory of the built app.
 * @property {number} [port] 0 or absent: any free port.
 * @property {string} [base] Path the app lives under, for example `/portraits`.
 * @property {(pathname: string, headers: Record<string, string>) => Record<string, string>} [headers]
 *   Changes the headers of a response; for tests that break a policy on purpose. `pathname` is below `base`.
 * @property {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => boolean} [before]
 *   Answers what the built app does not hold, and says whether it did; for tests that need a hub or a pack beside it.
 */

/**
 * @param {ServeOptions} options
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} `url` ends with a slash.
 */
export async function serve({
	dir,
	port = 0,
	base = '',
	headers: change = (_, h) => h,
	before = () => false
}) {
	const root = resolve(dir);
	const rules = parseHeaders(readFileSync(join(root, '_headers'), 'utf8'));
	const files = sirv(root, {
		etag: true,
		// Copies that scripts/compress.mjs made: what is measured is what a host sends.
		brotli: true,
		gzip: true,
		setHeaders(response, path) {
			const pathname = decodeURI(path);
			for (const [ending, type] of Object.entries(TYPES))
				if (pathname.endsWith(ending)) response.setHeader('Content-Type', type);
			for (const [name, value] of Object.entries(change(pathname, headersFor(rules, pathname))))
				response.setHeader(name, value);
		}
	});
	const server = createServer((request, response) => {
		const notFound = () => {
			response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' });
			response.end('Not found');
		};
		const url = request.url ?? '/';
		if (base && url === base) {
			response.writeHead(308, { Location: `${base}/` });
			response.end();
			return;
		}
		if (!url.startsWith(`${base}/`)) return notFound();
		request.url = url.slice(base.length);
		if (before(request, response)) return;
		files(request, response, notFound);
	});
	await new Promise((ready, failed) => {
		server.once('error', failed);
		// Loopback only: the studio is for the person at this machine.
		server.listen(port, '127.0.0.1', () => ready(undefined));
	});
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the server has no port');
	return {
		// localhost is a secure context, which SharedArrayBuffer and crypto.subtle need.
		url: `http://localhost:${address.port}${base}/`,
		close: () =>
			new Promise((closed) => {
				server.close(() => closed());
				server.closeAllConnections();
			})
	};
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
	const { values } = parseArgs({
		options: {
			dir: { type: 'string', default: 'build' },
			port: { type: 'string', default: '4173' },
			base: { type: 'string', default: '' }
		}
	});
	const { url } = await serve({ dir: values.dir, port: Number(values.port), base: values.base });
	console.log(url);
}
