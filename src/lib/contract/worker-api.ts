/**
 * What the two workers expose through comlink. Both sides derive their types from here.
 * Errors travel inside `Outcome`, because comlink flattens thrown class instances to strings.
 */
import type { BootReport, FrameRequest, FrameResult, ReferencePhoto } from './engine';
import type { DeviceOverride } from './device';
import type { WireError } from './errors';
import type { ProgressListener } from './progress';

export type Outcome<T> = { ok: true; value: T } | { ok: false; error: WireError };

/** Bytes the sealed worker cannot fetch itself; handed over through a MessagePort by the pack worker. */
export interface LoadedFile {
	path: string;
	bytes: ArrayBuffer;
}

export interface PortraitBoot {
	device: DeviceOverride;
	/** ORT's wasm binary, read by the pack worker. */
	wasmBinary: ArrayBuffer;
	/** Absolute URL of ORT's module loader, needed for its threads. */
	wasmModuleUrl: string;
	/** Canonical manifest bytes as read, then every pack file. Verified against the manifest before parsing. */
	manifestBytes: ArrayBuffer;
	files: LoadedFile[];
	/** Face detection and landmark graphs (built from npm packages), with their own small manifest. */
	faceModels: LoadedFile[];
}

/** workers/portrait.worker.ts: sealed, sees faces, has no network. */
export interface PortraitWorkerApi {
	boot(init: PortraitBoot, onProgress: ProgressListener): Promise<Outcome<BootReport>>;
	readReference(
		runId: number,
		photo: { bytes: ArrayBuffer; name: string },
		onProgress: ProgressListener
	): Promise<Outcome<ReferencePhoto>>;
	shootFrame(
		runId: number,
		request: FrameRequest,
		onProgress: ProgressListener
	): Promise<Outcome<FrameResult>>;
	/** Asks the run to stop at the next step boundary; its promise then gives `cancelled`. */
	cancel(runId: number): void;
}

export interface PackRead {
	manifestBytes: ArrayBuffer;
	files: LoadedFile[];
	faceModels: LoadedFile[];
	wasmBinary: ArrayBuffer;
}

/** workers/pack.worker.ts: the only network reader, never sees a face. */
export interface PackWorkerApi {
	read(
		urls: { pack: string; faceModels: string; wasm: string },
		onProgress: ProgressListener
	): Promise<Outcome<PackRead>>;
}
