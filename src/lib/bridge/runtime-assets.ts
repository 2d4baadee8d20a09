/**
 * Which build of the ONNX runtime this browser gets. Both run the same graphs; they differ in how
 * WebAssembly waits for the GPU. JSPI lets the engine switch stacks (16.8 MB); asyncify rewrites every
 * function so that it can be unwound (26.8 MB, and slower on WASM). Only the chosen one is ever fetched.
 */
import asyncifyModule from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import asyncifyBinary from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import jspiModule from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url';
import jspiBinary from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url';

export interface RuntimeAssets {
	/** Absolute URL of the wasm binary. */
	binary: string;
	/** Absolute URL of the script its threads start from. */
	module: string;
}

/** @param pageUrl `location.href`: asset paths are relative to it under any base path. */
export function chooseRuntime(pageUrl: string): RuntimeAssets {
	const [binary, module] =
		'Suspending' in WebAssembly ? [jspiBinary, jspiModule] : [asyncifyBinary, asyncifyModule];
	return { binary: new URL(binary, pageUrl).href, module: new URL(module, pageUrl).href };
}
