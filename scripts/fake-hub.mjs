/**
 * A hub on this machine: serves a folder that `forge large` wrote the way the Hugging Face hub serves its files, from the
 * disk, so that files of gigabytes are no matter. On request it misbehaves.
 *
 * `node scripts/fake-hub.mjs --dir FOLDER [--port 8765]`
 */
import { createReadStream, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * What may be wrong with the answers about files. All may be set together.
 *
 * @typedef {object} Faults
 * @property {string} [only] Files whose path ends with this; all files where it is left out.
 * @property {number} [times] So many answers have the faults, later ones none; every one where it is left out.
 * @property {number} [flip] The bit of this byte of the file is changed: the hash is wrong.
 * @property {number} [cut] The connection breaks after so many bytes of an answer.
 * @property {number} [truncate] The file ends after so many bytes, and the server says so.
 * @property {boolean} [whole] Ranges are ignored: 200 with the whole file.
 * @property {string} [etag] Another ETag than before.
 * @property {boolean} [redirect] 302 to the same file at another path, which answers.
 * @property {number} [status] Only this status.
 * @property {number} [retryAfter] 429, with so many seconds to wait.
 * @property {number} [slow] Milliseconds before every answer.
 * @property {string} [statedHash] What the API says the sha256 is.
 */

/**
 * @typedef {object} HubEntry One of `hub.json`.
 * @property {string} repository
 * @property {string} revision
 * @property {string} path
 * @property {number} bytes
 * @property {string} sha256
 */

/**
 * @typedef {object} Hub
 * @property {Faults} faults Set them at any time.
 * @property {{ path: string, first: number, last: number }[]} requests For bytes of files, in order.
 * @property {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => Promise<void>} handle
 */

const CROSS_ORIGIN = {
	'Access-Control-Allow-Origin': '*',
	'Access-Control-Allow-Methods': 'GET, HEAD, POST, OPTIONS',
	'Access-Control-Allow-Headers': 'Range, Content-Type, Accept, Authorization',
	'Access-Control-Expose-Headers':
		'Content-Range, Content-Length, Accept-Ranges, ETag, Retry-After, X-Repo-Commit, X-Linked-Size, X-Linked-Etag',
	'Cross-Origin-Resource-Policy': 'cross-origin'
};
const API = /^\/api\/models\/([^/]+\/[^/]+)\/paths-info\/([^/]+)$/;
const FILE = /^\/(?:cdn\/)?([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/;

/**
 * @param {{ dir: string, faults?: Faults }} options `dir` holds `hub.json` and the files by repository and path.
 * @returns {Hub}
 */
export function createHub({ dir, faults = {} }) {
	const root = resolve(dir);
	/** @type {HubEntry[]} */
	const entries = JSON.parse(readFileSync(join(root, 'hub.json'), 'utf8')).files;
	const find = (/** @type {string} */ repository, /** @type {string} */ revision) =>
		entries.filter((entry) => entry.repository === repository && entry.revision === revision);
	/** @type {Hub} */
	const hub = {
		faults,
		requests: [],
		async handle(request, response) {
			for (const [name, value] of Object.entries(CROSS_ORIGIN)) response.setHeader(name, value);
			if (request.method === 'OPTIONS') return void response.writeHead(204).end();
			const { pathname } = new URL(request.url ?? '/', 'http://hub');
			const api = API.exec(pathname);
			if (api) return pathsInfo(find(api[1] ?? '', api[2] ?? ''), hub, request, response);
			const [, repository = '', revision = '', path] = FILE.exec(decodeURI(pathname)) ?? [];
			const entry = find(repository, revision).find((file) => file.path === path);
			if (!entry) return void response.writeHead(404).end();
			await sendFile(join(root, entry.repository, entry.path), entry, hub, request, response);
		}
	};
	return hub;
}

/**
 * @param {HubEntry[]} known Files of the repository.
 * @param {Hub} hub
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function pathsInfo(known, { faults }, request, response) {
	let body = '';
	for await (const part of request) body += part;
	/** @type {{ paths: string[] }} */
	const { paths } = JSON.parse(body);
	const list = known
		.filter(({ path }) => paths.includes(path))
		.map(({ path, bytes, sha256 }) => ({
			type: 'file',
			path,
			oid: sha256.slice(0, 40),
			size: bytes,
			lfs: { oid: faults.statedHash ?? sha256, size: bytes, pointerSize: 130 }
		}));
	response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(list));
}

/**
 * @param {string} file
 * @param {HubEntry} entry
 * @param {Hub} hub
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function sendFile(file, { path, bytes, sha256 }, hub, request, response) {
	const wrong = takeFaults(hub, path, request.url ?? '');
	const size = Math.min(bytes, wrong.truncate ?? bytes);
	const range = wrong.whole ? null : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
	const first = Number(range?.[1] ?? 0);
	const last = Math.min(Number(range?.[2] || size - 1), size - 1);
	if (request.method !== 'HEAD') hub.requests.push({ path, first, last });
	if (wrong.slow) await sleep(wrong.slow, undefined, { ref: false });
	if (wrong.retryAfter !== undefined)
		return void response.writeHead(429, { 'Retry-After': wrong.retryAfter }).end();
	if (wrong.status) return void response.writeHead(wrong.status).end();
	// Relative: what this is mounted under stays as it is.
	if (wrong.redirect) {
		const up = '../'.repeat(path.split('/').length + 3);
		const target = `${up}cdn${(request.url ?? '').replace(/\?.*/, '')}`;
		return void response.writeHead(302, { Location: target }).end();
	}
	response.setHeader('Accept-Ranges', 'bytes');
	response.setHeader('ETag', wrong.etag ?? `"${sha256}"`);
	if (first >= size || first > last)
		return void response.writeHead(416, { 'Content-Range': `bytes */${size}` }).end();
	response.writeHead(range ? 206 : 200, {
		'Content-Type': 'application/octet-stream',
		'Content-Length': last - first + 1,
		...(range ? { 'Content-Range': `bytes ${first}-${last}/${size}` } : {})
	});
	if (request.method === 'HEAD') return void response.end();
	const stream = createReadStream(file, { start: first, end: last });
	try {
		await pipeline(stream, spoil(first, wrong), response);
	} catch {
		// The asker went away, or the connection was to break.
		response.destroy();
	}
}

/** @param {Hub} hub @param {string} path @param {string} url @returns {Faults} Of this answer; counted. */
function takeFaults(hub, path, url) {
	const { faults } = hub;
	if (!path.endsWith(faults.only ?? '') || faults.times === 0) return {};
	// Where a redirect leads to, the file is as it should be.
	if (faults.redirect && url.includes('/cdn/')) return {};
	if (faults.times !== undefined) faults.times--;
	return faults;
}

/** @param {number} first Of the bytes that come. @param {Faults} faults */
function spoil(first, { flip, cut }) {
	let at = first;
	return new Transform({
		transform(part, _, done) {
			const end = at + part.length;
			if (flip !== undefined && flip >= at && flip < end) part[flip - at] ^= 1;
			const left = cut === undefined ? Infinity : first + cut - at;
			at = end;
			if (part.length <= left) return done(null, part);
			this.push(part.subarray(0, Math.max(0, left)));
			// What was pushed gets a moment to leave.
			setTimeout(() => done(new Error('cut')), 20);
		}
	});
}

/**
 * @param {{ dir: string, port?: number, faults?: Faults }} options `port` 0 or absent: any free one.
 * @returns {Promise<{ hub: Hub, url: string, close: () => Promise<void> }>} `url` without a trailing slash.
 */
export async function serveHub({ dir, port = 0, faults = {} }) {
	const hub = createHub({ dir, faults });
	const server = createServer((request, response) => {
		hub.handle(request, response).catch((error) => {
			console.error(error);
			response.destroy();
		});
	});
	await new Promise((ready, failed) => {
		server.once('error', failed);
		server.listen(port, '127.0.0.1', () => ready(undefined));
	});
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the server has no port');
	return {
		hub,
		url: `http://127.0.0.1:${address.port}`,
		close: () =>
			new Promise((closed) => {
				server.close(() => closed());
				server.closeAllConnections();
			})
	};
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
	const { values } = parseArgs({ options: { dir: { type: 'string' }, port: { type: 'string' } } });
	if (!values.dir) throw new Error('usage: node scripts/fake-hub.mjs --dir FOLDER [--port PORT]');
	const { url } = await serveHub({ dir: values.dir, port: Number(values.port ?? 8765) });
	console.log(`Hub at ${url}`);
}
