/** The engine with its boot made visible: device, progress, and the reason when it does not start. */
import type { DeviceReport } from '$lib/contract/device';
import type {
	BootOptions,
	BootReport,
	FaceLook,
	FrameRequest,
	FrameResult,
	PackSummary,
	PortraitEngine,
	PhotoFile,
	ReferencePhoto
} from '$lib/contract/engine';
import { LuxError, toWireError, type ErrorCode, type WireError } from '$lib/contract/errors';
import type { Progress, ProgressListener } from '$lib/contract/progress';

export type BootPhase =
	| { kind: 'starting' }
	/** Bytes read so far; the total grows when the next part (runtime, pack, faces) begins. */
	| { kind: 'reading'; loaded: number; total: number }
	/** The pack is held against its manifest. */
	| { kind: 'checking'; checked: number; total: number }
	| { kind: 'compiling'; index: number; count: number };

/** After these the next call boots again instead of relying on what is there. */
const NEEDS_BOOT: readonly ErrorCode[] = ['worker-died', 'worker-unresponsive', 'not-booted'];

export class EngineState {
	status = $state<'idle' | 'booting' | 'ready' | 'failed'>('idle');
	phase = $state.raw<BootPhase>({ kind: 'starting' });
	report = $state.raw<BootReport | null>(null);
	error = $state.raw<WireError | null>(null);
	/** As of the last finished frame: a lost GPU moves later frames to WASM. */
	#deviceNow = $state.raw<DeviceReport | null>(null);

	readonly #create: () => Promise<PortraitEngine>;
	#options: BootOptions;
	#engine: Promise<PortraitEngine> | null = null;
	#booting: Promise<BootReport> | null = null;
	/** By what is read: each counts its own files together. */
	#read: Record<string, { loaded: number; total: number }> = {};

	/** @param create makes the engine on first use, so that its code is not part of the first load */
	constructor(create: () => Promise<PortraitEngine>, options: BootOptions) {
		this.#create = create;
		this.#options = options;
	}

	get device(): DeviceReport | null {
		return this.#deviceNow ?? this.report?.device ?? null;
	}

	get pack(): PackSummary | null {
		return this.report?.pack ?? null;
	}

	/** Which pack is booted first. Before anything starts. */
	prefer(pack: string): void {
		this.#options = { ...this.#options, pack };
	}

	/** Another pack from now on. The engine is ended first, so that nothing of the old pack stays in memory. */
	async use(pack: string): Promise<BootReport> {
		const old = this.#forget();
		this.prefer(pack);
		this.status = 'booting';
		this.report = this.error = null;
		this.#deviceNow = null;
		await old;
		return this.start();
	}

	/** Boots once; a failure is shown and forgotten, so that the next call tries again. */
	start(): Promise<BootReport> {
		if (this.#booting) return this.#booting;
		const booting = this.#boot().catch((error: unknown) => {
			// After a change of packs it is nobody's boot any more.
			if (this.#booting === booting) {
				this.#booting = null;
				this.status = 'failed';
				this.error = toWireError(error);
			}
			throw error;
		});
		this.#booting = booting;
		return booting;
	}

	async readReference(
		signal: AbortSignal,
		photo: PhotoFile,
		onProgress: ProgressListener
	): Promise<ReferencePhoto> {
		return this.#call((engine) => engine.readReference(signal, photo, onProgress));
	}

	async lookAt(signal: AbortSignal, picture: ImageBitmap): Promise<FaceLook> {
		return this.#call((engine) => engine.lookAt(signal, picture));
	}

	async shootFrame(
		signal: AbortSignal,
		request: FrameRequest,
		onProgress: ProgressListener
	): Promise<FrameResult> {
		const result = await this.#call((engine) => engine.shootFrame(signal, request, onProgress));
		this.#deviceNow = result.device;
		return result;
	}

	dispose(): Promise<void> {
		return this.#forget();
	}

	async #forget(): Promise<void> {
		const engine = this.#engine;
		this.#engine = this.#booting = null;
		(await engine?.catch(() => null))?.dispose();
	}

	async #call<T>(work: (engine: PortraitEngine) => Promise<T>): Promise<T> {
		await this.start();
		const obtained = this.#obtain();
		try {
			return await work(await obtained);
		} catch (error) {
			if (obtained === this.#engine && NEEDS_BOOT.includes(toWireError(error).code)) {
				this.#booting = null;
				this.status = 'idle';
			}
			throw error;
		}
	}

	async #boot(): Promise<BootReport> {
		this.status = 'booting';
		this.error = null;
		this.phase = { kind: 'starting' };
		this.#read = {};
		const options = this.#options;
		const engine = await this.#obtain();
		const report = await engine.boot(new AbortController().signal, options, (progress) => {
			if (options === this.#options) this.#follow(progress);
			else if (progress.kind === 'preview') progress.image.close();
		});
		if (options !== this.#options) throw new LuxError('cancelled', {});
		this.report = report;
		this.#deviceNow = null;
		this.status = 'ready';
		return report;
	}

	#obtain(): Promise<PortraitEngine> {
		this.#engine ??= this.#create().catch((error: unknown) => {
			this.#engine = null;
			throw error;
		});
		return this.#engine;
	}

	#follow(progress: Progress): void {
		if (progress.kind === 'bytes') {
			this.#read[progress.what] = progress;
			const parts = Object.values(this.#read);
			this.phase = {
				kind: 'reading',
				loaded: parts.reduce((sum, { loaded }) => sum + loaded, 0),
				total: parts.reduce((sum, { total }) => sum + total, 0)
			};
		} else if (progress.kind === 'check') {
			this.phase = { kind: 'checking', checked: progress.checked, total: progress.total };
		} else if (progress.kind === 'session') {
			this.phase = { kind: 'compiling', index: progress.index, count: progress.count };
		} else if (progress.kind === 'preview') progress.image.close();
	}
}
