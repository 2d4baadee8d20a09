/**
 * The one place that touches ORT's global settings.
 *
 * The loader is `onnxruntime-web/webgpu`, resolved to the variant without an embedded module (resolve
 * condition in vite.config.ts), so everything it loads is named here: the wasm binary is handed in as
 * bytes, because a sealed worker cannot fetch, and the module that its threads start from is a script of
 * the app's own origin. Nothing can fall back to a CDN.
 *
 * The same loader drives both builds of the runtime; which one is chosen by the page
 * (`src/lib/bridge/runtime-assets.ts`).
 */
import * as ort from 'onnxruntime-web/webgpu';

export type Ort = typeof ort;

export interface OrtSetup {
	wasmBinary: ArrayBuffer;
	/** Absolute URL of the `.mjs` that belongs to `wasmBinary`. */
	wasmModuleUrl: string;
	threads: number;
}

/** Configures ORT. Takes effect once per worker, before the first session: ORT's runtime is a singleton. */
export function setUpOrt({ wasmBinary, wasmModuleUrl, threads }: OrtSetup): Ort {
	ort.env.logLevel = 'error';
	ort.env.wasm.wasmBinary = wasmBinary;
	ort.env.wasm.wasmPaths = { mjs: wasmModuleUrl };
	ort.env.wasm.numThreads = threads;
	return ort;
}
