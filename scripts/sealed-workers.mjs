/**
 * Vite plugin: the dev server (and the browser tests, which run on it) sends worker scripts with the
 * policies of `static/_headers`, so that the portrait worker is sealed there too.
 */
import { readFileSync } from 'node:fs';
import { headersFor, parseHeaders } from './headers.mjs';

/** Source file as the dev server names it -> the name the build gives it. */
const BUILT_NAMES = /** @type {const} */ ([
	[/\/workers\/(portrait|pack)\.worker\.ts$/, '/_app/immutable/workers/$1.worker-dev.js'],
	[
		/\/onnxruntime-web\/dist\/(ort-wasm-simd-threaded(?:\.\w+)?)\.mjs$/,
		'/_app/immutable/assets/$1.dev.mjs'
	]
]);

/** @returns {import('vite').Plugin} */
export function sealedWorkers() {
	return {
		name: 'luxshot:sealed-workers',
		configureServer(server) {
			const rules = parseHeaders(readFileSync('static/_headers', 'utf8'));
			server.middlewares.use((request, response, next) => {
				const [pathname = ''] = (request.url ?? '').split('?');
				for (const [source, built] of BUILT_NAMES) {
					const match = source.exec(pathname);
					if (!match) continue;
					const headers = headersFor(rules, match[0].replace(source, built));
					// The dev server re-reads its files: nothing there is immutable.
					delete headers['Cache-Control'];
					for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
				}
				next();
			});
		}
	};
}
