/** Which files make the app work without a network. Pure, so that it can be tested outside a service worker. */

/** Caches with this prefix belong to the service worker; nothing else is ever deleted. */
export const CACHE_PREFIX = 'luxshot-app-';

export interface AppFiles {
	/** Absolute paths of built files, of static files, and of prerendered pages, as `$service-worker` lists them. */
	build: readonly string[];
	files: readonly string[];
	prerendered: readonly string[];
}

/** Tools and server configuration: of no use offline. */
const LEFT_OUT = [/\/_headers$/, /\/runner\/?$/, /\/\.[^/]+$/];
/** Of packs only the embedded one, and the list of what can be taken in: a pack that was taken in keeps its own files. */
const OFFERED_PACK = /\/packs\/(?!pocket\/)[^/]+\//;
/** ONNX Runtime's builds: one waits for the GPU by stack switching (JSPI), the other is WASM only. */
const STACK_SWITCHING = /\/ort-wasm-simd-threaded\.jspi\.[^/]*$/;
const PLAIN = /\/ort-wasm-simd-threaded\.(?!jspi|asyncify)[^/]*$/;
const ANY_RUNTIME = /\/ort-wasm-simd-threaded\.[^/]*$/;

/**
 * Absolute paths to keep, each once.
 * @param browser.suspending whether WebAssembly can switch stacks here: the same question `chooseRuntime` asks
 */
export function offlineList(app: AppFiles, browser: { suspending: boolean }): string[] {
	const wanted = browser.suspending ? STACK_SWITCHING : PLAIN;
	const files = app.files.filter((path) => !OFFERED_PACK.test(path));
	const all = [...app.prerendered.map(pageKey), ...app.build, ...files];
	return [...new Set(all)].filter(
		(path) =>
			LEFT_OUT.every((pattern) => !pattern.test(path)) &&
			(!ANY_RUNTIME.test(path) || wanted.test(path))
	);
}

/** Pages are directories: `/studio`, `/studio/` and `/studio/index.html` are one page. */
export function pageKey(pathname: string): string {
	const bare = pathname.replace(/\/index\.html$/, '/');
	return bare.endsWith('/') ? bare : `${bare}/`;
}
