/**
 * Which build of the ONNX runtime this browser gets; only the chosen one is ever fetched.
 *
 * Where WebAssembly can switch stacks (JSPI) it is the build that waits for the GPU that way (16.8 MB).
 * Elsewhere it is the plain one (14.2 MB): WASM only, see `probeAdapter`. The third build, asyncify, would
 * bring WebGPU to browsers without JSPI, but it is 26.8 MB, over the 25 MiB a file that some static hosts
 * allow, and on Chromium's software adapter its first run blocked the thread for over a minute.
 */
import jspiModule from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url';
import jspiBinary from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url';
import plainModule from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import plainBinary from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';

export interface RuntimeAssets {
	/** Absolute URL of the wasm binary. */
	binary: string;
	/** Absolute URL of the script its threads start from. */
	module: string;
}

/** @param pageUrl `location.href`: asset paths are relative to it under any base path. */
export function chooseRuntime(pageUrl: string): RuntimeAssets {
	const [binary, module] =
		'Suspending' in WebAssembly ? [jspiBinary, jspiModule] : [plainBinary, plainModule];
	return { binary: new URL(binary, pageUrl).href, module: new URL(module, pageUrl).href };
}
