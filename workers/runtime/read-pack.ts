/** Reads a pack, the face models and the runtime's binary: from the app's own origin, but for packs of this device. */
import { LuxError } from '$lib/contract/errors';
import type { ProgressListener } from '$lib/contract/progress';
import type { LoadedFile, PackRead, PackWorkerApi } from '$lib/contract/worker-api';
import { FACE_MANIFEST, parseFaceManifest } from './face-models';
import { parseManifest } from './pack-verify';
import { isSealingPolicy } from './seal';

/** Reports closer together than this would only cost messages and drawing, milliseconds. */
const REPORT_EVERY = 100;

/** A pack's part of what is read. */
export type PackFiles = Pick<PackRead, 'manifestBytes' | 'files'>;

/**
 * @param urls Absolute; `pack` and `faceModels` are directories with a trailing slash.
 * @throws LuxError `pack-download-failed` (status 0: no answer) or `pack-manifest-invalid`. Contents are
 *   checked against their hashes by the portrait worker, which does not trust this one.
 * @param readFiles Reads the pack; from `urls.pack` where it is left out.
 */
export async function readPack(
	urls: Parameters<PackWorkerApi['read']>[0],
	onProgress: ProgressListener,
	readFiles: () => Promise<PackFiles> = () => readServed(urls, onProgress)
): Promise<PackRead> {
	const cache = cacheMode(urls);
	const faceManifest = await readFile(cache, urls.faceModels, FACE_MANIFEST);
	const faces = parseFaceManifest(await faceManifest.bytes.arrayBuffer());

	const wasm = await readFile(cache, urls.wasmBinary, '', (file, loaded, total) =>
		onProgress({ kind: 'bytes', what: 'runtime', file, loaded, total })
	);
	return {
		...(await readFiles()),
		faceModels: [
			faceManifest,
			...(await readAll(cache, 'faces', urls.faceModels, faces.files, onProgress))
		],
		wasmBinary: wasm.bytes,
		threadsSealed: await isSealedScript(urls.wasmModule)
	};
}

/** A pack that the app serves. */
async function readServed(
	urls: { pack: string; afresh: boolean },
	onProgress: ProgressListener
): Promise<PackFiles> {
	const cache = cacheMode(urls);
	const manifestFile = await readFile(cache, urls.pack, 'manifest.json');
	const manifestBytes = await manifestFile.bytes.arrayBuffer();
	const { files } = parseManifest(manifestBytes);
	return { manifestBytes, files: await readAll(cache, 'pack', urls.pack, files, onProgress) };
}

function cacheMode({ afresh }: { afresh: boolean }): RequestCache {
	return afresh ? 'reload' : 'default';
}

/** One after the other: they share one line anyway, and the first failure ends the rest. */
async function readAll(
	cache: RequestCache,
	what: 'pack' | 'faces',
	base: string,
	files: { path: string; bytes: number }[],
	onProgress: ProgressListener
): Promise<LoadedFile[]> {
	const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
	const read: LoadedFile[] = [];
	let before = 0;
	for (const { path } of files) {
		const file = await readFile(cache, base, path, (name, loaded) =>
			onProgress({ kind: 'bytes', what, file: name, loaded: before + loaded, total })
		);
		before += file.bytes.size;
		read.push(file);
	}
	return read;
}

/**
 * ORT's threads cannot run the canary themselves: their script is ORT's own. So its policy is read from the
 * response that a thread will be governed by; an error counts as no policy.
 */
async function isSealedScript(url: string): Promise<boolean> {
	try {
		const { headers } = await fetch(url);
		return isSealingPolicy(headers.get('content-security-policy') ?? '');
	} catch {
		return false;
	}
}

/** @param onBytes Bytes of this file read so far, and its length where the server tells, else the same. */
async function readFile(
	cache: RequestCache,
	base: string,
	path: string,
	onBytes: (file: string, loaded: number, total: number) => void = () => undefined
): Promise<LoadedFile> {
	const url = new URL(path, base);
	const file = path || url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
	let status = 0;
	try {
		const response = await fetch(url, { cache });
		status = response.status;
		if (!response.ok || !response.body) throw new Error(response.statusText);
		const length = Number(response.headers.get('content-length')) || 0;
		const parts: Uint8Array<ArrayBuffer>[] = [];
		let loaded = 0;
		let reported = performance.now();
		const reader = response.body.getReader();
		for (let part = await reader.read(); !part.done; part = await reader.read()) {
			parts.push(part.value);
			loaded += part.value.byteLength;
			if (performance.now() - reported >= REPORT_EVERY) {
				reported = performance.now();
				onBytes(file, loaded, Math.max(loaded, length));
			}
		}
		onBytes(file, loaded, loaded);
		return { path: file, bytes: new Blob(parts) };
	} catch (cause) {
		throw new LuxError('pack-download-failed', { file, status }, { cause });
	}
}
