/** The micro pack, its goldens (what PyTorch computes with the same weights) and a set-up runtime. */
import type { AnyGraphName } from '$lib/contract/manifest';
import type { LoadedFile } from '$lib/contract/worker-api';
import { openGpu, type Gpu } from '$workers/runtime/gpu';
import type { GraphTensor } from '$workers/runtime/graph';
import { setUpOrt, type Ort } from '$workers/runtime/ort';
import { openPack, type Pack } from '$workers/runtime/pack';
import { verifyPack, type VerifiedPack } from '$workers/runtime/verified-pack';
import type { SessionDevice } from '$workers/runtime/session';
import plainModule from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import plainBinary from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import jspiModule from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url';
import jspiBinary from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url';

/** Absolute; the dev server serves the repository's files under their own paths. */
export const MICRO = new URL('/tests/fixtures/packs/micro/', location.origin);

async function read(path: string): Promise<Blob> {
	const response = await fetch(new URL(path, MICRO));
	if (!response.ok) throw new Error(`${path}: ${response.status}`);
	return response.blob();
}

/** Manifest bytes and files as the pack worker would hand them over. */
export async function readMicroPack(): Promise<{
	manifestBytes: ArrayBuffer;
	files: LoadedFile[];
}> {
	const manifestBytes = await (await read('manifest.json')).arrayBuffer();
	const { files } = JSON.parse(new TextDecoder().decode(manifestBytes)) as {
		files: { path: string }[];
	};
	return {
		manifestBytes,
		files: await Promise.all(files.map(async ({ path }) => ({ path, bytes: await read(path) })))
	};
}

export async function verifiedMicroPack(): Promise<VerifiedPack> {
	const { manifestBytes, files } = await readMicroPack();
	return verifyPack(manifestBytes, files);
}

/** ORT in this page. Every test file has its own page, so its own singleton. */
export async function startRuntime(build: 'jspi' | 'plain' = 'jspi', threads = 2): Promise<Ort> {
	const [binary, module] = build === 'jspi' ? [jspiBinary, jspiModule] : [plainBinary, plainModule];
	return setUpOrt({
		wasmBinary: await (await fetch(binary)).arrayBuffer(),
		wasmModuleUrl: new URL(module, location.href).href,
		threads: crossOriginIsolated ? threads : 1
	});
}

/** The micro pack on the processor, for tests that ask for nothing else; the caller disposes of it. */
export async function openMicroPack(): Promise<Pack> {
	return openPack(
		await startRuntime(),
		await verifiedMicroPack(),
		{ kind: 'wasm' },
		() => undefined
	);
}

/** The software adapter these tests start Chromium with. */
export async function openTestGpu(): Promise<{ gpu: Gpu; device: SessionDevice }> {
	const adapter = await navigator.gpu.requestAdapter();
	if (!adapter) throw new Error('Chromium was started without a WebGPU adapter');
	const gpu = await openGpu(adapter);
	return { gpu, device: { kind: 'webgpu', gpu } };
}

export interface TensorEntry {
	dtype: 'float32' | 'int32' | 'uint8';
	shape: number[];
	offset: number;
	length: number;
	scale: number;
	shift: number;
}

/** Layout: models/forge/forge/pack/goldens.py. */
export interface Goldens {
	tensor(name: string): GraphTensor;
	graphs: {
		graph: AnyGraphName;
		/** Input name -> tensor name. */
		inputs: Record<string, string>;
		outputs: Record<string, string>;
		/** Largest absolute difference. */
		tolerance: number;
	}[];
	/** Whole runs; strings are tensor names. */
	shoots: {
		name: string;
		steps: number;
		guidanceScale: number;
		identityStrength: number;
		initialLatents: string;
		embedding: string;
		directionIds: string;
		composition: string;
		latents: string;
		sample: string;
		subjectMask: string;
		tolerance: number;
		/** Tolerance of `sample`, which is stored in bytes. */
		pictureTolerance: number;
	}[];
}

/** Tensors of goldens.bin by name. */
export function tensorsOf(
	tensors: Record<string, TensorEntry>,
	bytes: ArrayBuffer
): (name: string) => GraphTensor {
	return (name) => {
		const entry = tensors[name];
		if (!entry) throw new Error(`no golden tensor ${name}`);
		const { dtype, shape, offset, length, scale, shift } = entry;
		if (dtype === 'int32') return { data: new Int32Array(bytes, offset, length), shape };
		const codes =
			dtype === 'uint8'
				? new Uint8Array(bytes, offset, length)
				: new Float32Array(bytes, offset, length);
		return { data: Float32Array.from(codes, (code) => code * scale + shift), shape };
	};
}

export async function readGoldens(): Promise<Goldens> {
	const json = JSON.parse(await (await read('goldens.json')).text()) as Omit<Goldens, 'tensor'> & {
		tensors: Record<string, TensorEntry>;
	};
	const bytes = await (await read('goldens.bin')).arrayBuffer();
	return { ...json, tensor: tensorsOf(json.tensors, bytes) };
}

/** Largest absolute difference; infinite for different lengths or non-numbers. */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
	if (actual.length !== expected.length) return Infinity;
	let largest = 0;
	for (let i = 0; i < expected.length; i++) {
		const distance = Math.abs(actual[i]! - expected[i]!);
		if (!(distance <= largest)) largest = Number.isNaN(distance) ? Infinity : distance;
	}
	return largest;
}
