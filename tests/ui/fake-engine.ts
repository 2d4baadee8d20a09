/** An engine without models for UI tests: same interface, deterministic pictures, failures on demand. */
import { AXES } from '$lib/contract/direction';
import type {
	BootOptions,
	BootReport,
	FaceLook,
	FrameRequest,
	FrameResult,
	PhotoFile,
	PortraitEngine,
	ReferencePhoto
} from '$lib/contract/engine';
import { LuxError, type WireError, fromWireError } from '$lib/contract/errors';
import type { DetectedFace, PhotoRemark, Point } from '$lib/contract/faces';
import type { LikenessScale } from '$lib/contract/likeness';
import type { ImageSize, PackManifest } from '$lib/contract/manifest';
import type { ProgressListener } from '$lib/contract/progress';
import type { SkinDrift } from '$lib/contract/skin';

export interface FakeEngineOptions {
	stepMilliseconds?: number;
	steps?: number;
	/** Fails this boot (counted from 1) of this pack. */
	bootError?: (attempt: number, pack: string) => WireError | null;
	/** Fails a photograph by its name. */
	photoError?: (name: string, at: Point | undefined) => WireError | null;
	/** What a glance through the camera sees. */
	look?: () => FaceLook;
	/** What makes a photograph weak, by its name. */
	remarks?: (name: string) => PhotoRemark[];
	/** Awaited before this step of this frame (both counted from 1). */
	hold?: (frame: number, step: number) => Promise<void> | undefined;
	/** Sizes that the pack makes beside its native one. */
	otherSizes?: ImageSize[];
	/** No face is found in this frame (counted from 1). */
	faceless?: (frame: number) => boolean;
	/** Finishes a frame all the same when it was cancelled. */
	deaf?: boolean;
	/** Scale of likeness in the pack's manifest; none by itself. */
	scale?: LikenessScale;
	/** The face of a photograph by its name; by its bytes otherwise. */
	embedding?: (name: string) => readonly number[];
	/** How far the skin of every frame strays. */
	skinDrift?: SkinDrift;
	/** Fails this frame (counted from 1) half way. */
	frameError?: (frame: number) => WireError | null;
}

const WIDTH = 256;
const HEIGHT = 320;

export class FakeEngine implements PortraitEngine {
	readonly requests: FrameRequest[] = [];
	readonly photos: string[] = [];
	/** What was booted, one after the other. */
	readonly packs: string[] = [];
	boots = 0;
	/** Of the pack at hand. */
	#hash = 'f'.repeat(64);
	#queue: Promise<unknown> = Promise.resolve();

	constructor(private readonly options: FakeEngineOptions = {}) {}

	async boot(
		signal: AbortSignal,
		options: BootOptions,
		onProgress: ProgressListener
	): Promise<BootReport> {
		this.boots += 1;
		this.packs.push(options.pack);
		this.#hash = (options.pack.startsWith('opfs:') ? 'e' : 'f').repeat(64);
		for (const loaded of [1, 2, 3, 4]) {
			await this.#pause(signal);
			onProgress({
				kind: 'bytes',
				what: 'pack',
				file: 'denoiser.onnx',
				loaded: loaded * 9_000_000,
				total: 36_000_000
			});
		}
		const error = this.options.bootError?.(this.boots, options.pack);
		if (error) throw fromWireError(error);
		return {
			device: {
				kind: 'wasm',
				reason: options.device === 'wasm' ? 'override' : 'no-adapter',
				adapter: null,
				threads: 2,
				crossOriginIsolated: true
			},
			seal: {
				sealed: true,
				attempts: [
					{ what: 'fetch-foreign', refused: true },
					{ what: 'fetch-own-origin', refused: true },
					{ what: 'websocket', refused: true }
				]
			},
			pack: { hash: this.#hash, manifest: fakeManifest(this.options) }
		};
	}

	readReference(signal: AbortSignal, { bytes, name, at }: PhotoFile): Promise<ReferencePhoto> {
		return this.#queued(async () => {
			this.photos.push(name);
			await this.#pause(signal);
			const error = this.options.photoError?.(name, at);
			if (error) throw fromWireError(error);
			const tone = new Uint8Array(bytes).reduce((sum, byte) => (sum * 31 + byte) >>> 0, 7);
			return {
				bytes,
				mimeType: 'image/webp',
				width: 400,
				height: 500,
				face: {
					box: { x: 100, y: 100, width: 200, height: 240 },
					points: {
						rightEye: [160, 200],
						leftEye: [240, 200],
						noseTip: [200, 250],
						mouthRight: [170, 300],
						mouthLeft: [230, 300]
					},
					score: 0.98
				},
				embedding: Float32Array.from(
					this.options.embedding?.(name) ??
						Array.from({ length: 4 }, (_, i) => ((tone >>> (i * 8)) & 255) / 255)
				),
				remarks: this.options.remarks?.(name) ?? [],
				skin: { angle: 30, lightness: 65 },
				fingerprint: tone.toString(16).padStart(16, '0'),
				packHash: this.#hash
			};
		});
	}

	lookAt(signal: AbortSignal, picture: ImageBitmap): Promise<FaceLook> {
		picture.close();
		return this.#queued(async () => {
			await this.#pause(signal);
			return this.options.look?.() ?? { faces: 0, pose: null, remarks: [] };
		});
	}

	shootFrame(
		signal: AbortSignal,
		request: FrameRequest,
		onProgress: ProgressListener
	): Promise<FrameResult> {
		return this.#queued(() => this.#expose(signal, request, onProgress));
	}

	dispose(): void {
		this.#queue = Promise.resolve();
	}

	async #expose(
		signal: AbortSignal,
		request: FrameRequest,
		onProgress: ProgressListener
	): Promise<FrameResult> {
		this.requests.push(request);
		const frame = this.requests.length;
		const error = this.options.frameError?.(frame) ?? null;
		const { init } = request;
		const whole = request.steps ?? this.options.steps ?? 8;
		const steps = init ? Math.max(1, Math.round(whole * init.strength)) : whole;
		const source = init ? await createImageBitmap(new Blob([init.bytes])) : null;
		const times: number[] = [];
		onProgress({ kind: 'stage-started', stage: 'denoise' });
		for (let step = 1; step <= steps; step++) {
			const start = performance.now();
			const heed = this.options.deaf ? new AbortController().signal : signal;
			await this.#pause(heed, this.options.hold?.(frame, step));
			if (error && step > steps / 2) throw fromWireError(error);
			times.push(performance.now() - start);
			onProgress({ kind: 'step', step, steps, milliseconds: times.at(-1)! });
			if (request.previewEvery && step % request.previewEvery === 0)
				onProgress({
					kind: 'preview',
					step,
					steps,
					image: draw(request, step / steps, source).transferToImageBitmap()
				});
		}
		const faceless = this.options.faceless?.(frame) ?? false;
		const blob = await draw(request, 1, source).convertToBlob({ type: 'image/png' });
		return {
			bytes: await blob.arrayBuffer(),
			mimeType: 'image/png',
			width: WIDTH,
			height: HEIGHT,
			likeness: faceless ? null : 0.5 + ((request.seed * 37) % 40) / 100,
			likenessBand: faceless ? null : 'near',
			skinDrift: this.options.skinDrift ?? null,
			face: faceless ? null : faceOf(request),
			timings: {
				stages: [{ stage: 'denoise', milliseconds: times.reduce((a, b) => a + b, 0) }],
				steps: times,
				totalMilliseconds: times.reduce((a, b) => a + b, 0)
			},
			device: {
				kind: 'wasm',
				reason: 'no-adapter',
				adapter: null,
				threads: 2,
				crossOriginIsolated: true
			}
		};
	}

	#pause(signal: AbortSignal, hold?: Promise<void>): Promise<void> {
		return new Promise((resolve, reject) => {
			const cancel = () => reject(new LuxError('cancelled', {}));
			if (signal.aborted) return cancel();
			signal.addEventListener('abort', cancel, { once: true });
			const tick = new Promise((done) => setTimeout(done, this.options.stepMilliseconds ?? 1));
			void Promise.all([tick, hold]).then(() => resolve());
		});
	}

	/** One at a time, and a failure does not poison the next: as the real one. */
	#queued<T>(work: () => Promise<T>): Promise<T> {
		const run = this.#queue.then(work);
		this.#queue = run.catch(() => undefined);
		return run;
	}
}

/** A head in front of a ground; seed, face and direction all show, and the source of a variation through them. */
function draw(
	{ seed, direction, embeddings, init }: FrameRequest,
	clarity: number,
	source: ImageBitmap | null
): OffscreenCanvas {
	const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
	const context = canvas.getContext('2d')!;
	const number = AXES.map((axis) => Number(direction[axis]?.slice(1) ?? 0));
	const hue = (number[1]! * 40 + number[3]! * 12) % 360;
	context.fillStyle = `hsl(${hue} 30% ${12 + number[3]! * 5}%)`;
	context.fillRect(0, 0, WIDTH, HEIGHT);
	const { x, y, scale } = headOf({ seed, direction, embeddings });
	const tone = Math.round((embeddings[0]?.[0] ?? 0.5) * 40) + 30;
	context.fillStyle = `hsl(${(hue + 160) % 360} 20% 30%)`;
	context.beginPath();
	context.ellipse(x, HEIGHT + 20, 90 * scale, 120 * scale, 0, 0, 7);
	context.fill();
	context.fillStyle = `hsl(25 35% ${tone}%)`;
	context.beginPath();
	context.ellipse(x, y, 48 * scale, 62 * scale, 0, 0, 7);
	context.fill();
	for (let i = 0; i < (1 - clarity) * 4000; i++) {
		const at = Math.imul(i + seed, 2654435761) >>> 0;
		context.fillStyle = `hsl(${at % 360} 50% 45%)`;
		context.fillRect(at % WIDTH, (at >>> 9) % HEIGHT, 6, 6);
	}
	if (source && init) {
		context.globalAlpha = 1 - init.strength;
		context.drawImage(source, 0, 0, WIDTH, HEIGHT);
	}
	return canvas;
}

/** Place and size of the head: heads of different people differ, as in life. */
function headOf({
	seed,
	direction,
	embeddings
}: Pick<FrameRequest, 'seed' | 'direction' | 'embeddings'>): {
	x: number;
	y: number;
	scale: number;
} {
	const person = embeddings[0]?.[0] ?? 0.5;
	const framing = Number(direction.framing?.slice(1) ?? 0);
	return {
		x: WIDTH / 2 + ((seed * 13) % 31) - 15,
		y: HEIGHT / 2 - 10 + person * 12,
		scale: (1.5 - framing * 0.1) * (0.7 + person * 0.3)
	};
}

/** Where the eyes of the drawn head would be. */
function faceOf(request: FrameRequest): DetectedFace {
	const { x, y, scale } = headOf(request);
	return {
		box: { x: x - 40 * scale, y: y - 50 * scale, width: 80 * scale, height: 100 * scale },
		points: {
			rightEye: [x - 20 * scale, y - 8 * scale],
			leftEye: [x + 20 * scale, y - 8 * scale],
			noseTip: [x, y + 14 * scale],
			mouthRight: [x - 14 * scale, y + 34 * scale],
			mouthLeft: [x + 14 * scale, y + 34 * scale]
		},
		score: 0.99
	};
}

export function fakeManifest({ steps = 8, otherSizes, scale }: FakeEngineOptions): PackManifest {
	const graph: PackManifest['graphs']['denoiser'] = { variants: [] };
	return {
		formatVersion: 1,
		id: 'fake',
		title: 'Fake',
		version: '0.0.0',
		licences: [],
		totalBytes: 1,
		image: { width: WIDTH, height: HEIGHT, ...(otherSizes && { others: otherSizes }) },
		latents: { channels: 8, factor: 16, scale: 1, shift: 0 },
		conditioning: {
			kind: 'vocabulary',
			axes: [...AXES],
			options: 9,
			unset: 9,
			tokens: 12,
			width: 192
		},
		identity: {
			cropSize: 112,
			template: { rightEye: [0.38, 0.46], leftEye: [0.62, 0.46], mouth: [0.5, 0.7] },
			embeddingLength: 4,
			tokens: 8,
			references: 'average',
			...(scale && { likeness: scale })
		},
		scheduler: { kind: 'flow-match-euler', config: {} },
		defaults: {
			steps,
			guidanceScale: 1,
			identityStrength: 0.8,
			variation: { subtle: 0.35, strong: 0.6 }
		},
		graphs: {
			faceEncoder: graph,
			identityProjector: graph,
			directionEncoder: graph,
			denoiser: graph,
			vaeEncoder: graph,
			vaeDecoder: graph
		},
		requirements: {
			maxBufferSize: 0,
			maxStorageBufferBindingSize: 0,
			shaderF16: false,
			memoryBytes: 0
		},
		files: []
	};
}
