/**
 * What the two workers expose through comlink. Both sides derive their types from here.
 * Errors travel inside `Outcome`, because comlink flattens thrown class instances to strings.
 */
import type {
	BootReport,
	FaceLook,
	FrameRequest,
	FrameResult,
	PhotoFile,
	ReferencePhoto
} from './engine';
import type { DeviceOverride } from './device';
import type { WireError } from './errors';
import type { KeptPack, PackInstallation } from './packs';
import type { AssemblyListener, ProgressListener } from './progress';

export type Outcome<T> = { ok: true; value: T } | { ok: false; error: WireError };

/**
 * A file the sealed worker cannot fetch itself. A Blob is a handle: the page passes it from worker to
 * worker, and again to a respawned one with the network off, without ever holding the bytes.
 */
export interface LoadedFile {
	path: string;
	bytes: Blob;
}

export interface PortraitBoot {
	device: DeviceOverride;
	/** Set when this boot replaces a lost GPU: reported as the reason for running on WASM. */
	reason: 'device-lost' | null;
	/** ORT's wasm binary, read by the pack worker. */
	wasmBinary: Blob;
	/** Absolute URL of ORT's module loader, which its threads start from. */
	wasmModuleUrl: string;
	/** Whether a worker started from `wasmModuleUrl` is sealed by its policy; without it no threads are started. */
	threadsSealed: boolean;
	/** Canonical manifest bytes as read, then every pack file. Verified against the manifest before parsing. */
	manifestBytes: ArrayBuffer;
	files: LoadedFile[];
	/** Face detection and landmark graphs (built from npm packages), with their own small manifest. */
	faceModels: LoadedFile[];
}

/** workers/portrait.worker.ts: sealed, sees faces, has no network. */
export interface PortraitWorkerApi {
	/**
	 * Takes a Web Lock for the rest of the worker's life and resolves when it is held. The page queues for
	 * the same lock: getting it means the worker is gone, however it died.
	 */
	live(lockName: string): Promise<void>;
	boot(init: PortraitBoot, onProgress: ProgressListener): Promise<Outcome<BootReport>>;
	readReference(
		runId: number,
		photo: PhotoFile,
		onProgress: ProgressListener
	): Promise<Outcome<ReferencePhoto>>;
	/** The bitmap is transferred and closed. */
	lookAt(runId: number, picture: ImageBitmap): Promise<Outcome<FaceLook>>;
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
	wasmBinary: Blob;
	/** See `PortraitBoot`. */
	threadsSealed: boolean;
}

/** workers/pack.worker.ts: the only network reader, never sees a face. */
export interface PackWorkerApi {
	/** See `PortraitWorkerApi`. */
	live(lockName: string): Promise<void>;
	/** Takes a pack in; ended at any moment it goes on when called again. See `PackKeeper`. */
	install(
		runId: number,
		installation: PackInstallation,
		onProgress: AssemblyListener
	): Promise<Outcome<KeptPack>>;
	/** Holds an installation at the next tensor, or lets it go on. */
	pause(runId: number, paused: boolean): void;
	/** Asks a run to stop; its promise then gives `cancelled`. */
	cancel(runId: number): void;
	list(): Promise<Outcome<KeptPack[]>>;
	verify(runId: number, folder: string, onProgress: AssemblyListener): Promise<Outcome<null>>;
	remove(folder: string): Promise<Outcome<null>>;
	read(
		urls: {
			/** A directory of the app's origin, with a trailing slash, or `opfs:` and the folder of an installed pack. */
			pack: string;
			faceModels: string;
			wasmBinary: string;
			wasmModule: string;
			/** Past every cache: what was kept turned out to be damaged. */
			afresh: boolean;
		},
		onProgress: ProgressListener
	): Promise<Outcome<PackRead>>;
}
