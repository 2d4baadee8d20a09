/**
 * The app without its face: what `npm run shoot` and end-to-end tests call through `page.evaluate`.
 * Everything here is JSON, because that is what crosses into Node; faces stay in the page as handles.
 */
import type { DeviceOverride } from '$lib/contract/device';
import type { Direction } from '$lib/contract/direction';
import type { BootReport, FrameResult, PortraitEngine, ReferencePhoto } from '$lib/contract/engine';
import { LuxError, toWireError } from '$lib/contract/errors';
import { cosine, meanEmbedding } from '$lib/contract/embedding';
import type { PhotoRemark } from '$lib/contract/faces';
import type { ImageSize, PackManifest } from '$lib/contract/manifest';
import type { Stage } from '$lib/contract/progress';
import type { SkinTone } from '$lib/contract/skin';
import type { Outcome } from '$lib/contract/worker-api';
import { parseDirection, promptFor } from '$lib/direction/compile';
import { findShoot, SHOOTS } from '$lib/direction/shoots';
import { fetchSamples, SamplePhotographs } from '$lib/state/samples';

/** A reference that was read: its embedding stays here, `score` is the detector's confidence. */
export interface RunnerReference {
	handle: number;
	score: number;
	remarks: PhotoRemark[];
	/** 16 hex digits; see `ReferencePhoto`. */
	fingerprint: string;
	skin: SkinTone | null;
	milliseconds: number;
	/** Milliseconds of each stage. */
	stages: Partial<Record<Stage, number>>;
}

/** A face, and the references it is to be compared with, all by their handles. */
export interface RunnerComparison {
	probe: number;
	references: number[];
}

export interface RunnerRequest {
	handles: number[];
	direction: Direction;
	seed: number;
	steps?: number;
	guidanceScale?: number;
	identityStrength?: number;
	/** One of the pack's sizes; its native one when absent. */
	size?: ImageSize;
}

/** No method throws: failures are outcomes with their code. */
export interface LuxShotRunner {
	boot(options: { device: DeviceOverride; pack: string }): Promise<Outcome<BootReport>>;
	/** The sample sitters, as in `sitters.json`. Empty when the list cannot be read. */
	sitters(): Promise<{ id: string; name: string; references: string[] }[]>;
	/** Reads all references of a sample sitter. */
	readSample(sitterId: string): Promise<Outcome<RunnerReference[]>>;
	readReference(photo: { base64: string; name: string }): Promise<Outcome<RunnerReference>>;
	shootFrame(
		request: RunnerRequest
	): Promise<Outcome<Omit<FrameResult, 'bytes'> & { base64: string }>>;
	/** Cosine of each probe with the mean of its references, as frames are scored. */
	compare(comparisons: RunnerComparison[]): Outcome<number[]>;
	/** The twelve named shoots. */
	shoots(): { name: string; direction: Direction }[];
	/** A named shoot by name or id, ignoring case. */
	parseShoot(text: string): Outcome<Direction>;
	/** Option ids, for example `F5,S4,Y7,M9,P7,L4`. */
	parseDirection(text: string): Outcome<Direction>;
	dispose(): void;
}

export function createRunner(engine: PortraitEngine, baseUrl: string): LuxShotRunner {
	const faces: Pick<ReferencePhoto, 'embedding' | 'skin'>[] = [];
	const photographs = new SamplePhotographs();
	const { signal } = new AbortController();
	const ignore = () => undefined;
	let pack: PackManifest | null = null;

	async function read(bytes: ArrayBuffer, name: string): Promise<RunnerReference> {
		const started = performance.now();
		const stages: RunnerReference['stages'] = {};
		const photo = await engine.readReference(signal, { bytes, name }, (progress) => {
			if (progress.kind === 'stage-finished') stages[progress.stage] = progress.milliseconds;
		});
		const { remarks, fingerprint, face, skin } = photo;
		return {
			handle: faces.push({ embedding: photo.embedding, skin }) - 1,
			score: face.score,
			remarks,
			fingerprint,
			skin,
			milliseconds: performance.now() - started,
			stages
		};
	}

	function faceOf(handle: number): (typeof faces)[number] {
		const face = faces[handle];
		if (!face) throw new LuxError('request-invalid', { detail: `no reference ${handle}` });
		return face;
	}
	const embeddingOf = (handle: number) => faceOf(handle).embedding;

	return {
		boot: (options) =>
			attempt(async () => {
				const report = await engine.boot(signal, options, ignore);
				pack = report.pack.manifest;
				return report;
			}),
		sitters: async () => {
			const samples = await fetchSamples(baseUrl).catch(() => []);
			return samples.map(({ id, name, urls }) => ({
				id,
				name,
				references: urls.map((url) => url.slice(url.lastIndexOf('/') + 1))
			}));
		},
		shoots: () => SHOOTS.map(({ name, direction }) => ({ name, direction })),
		readSample: (sitterId) =>
			attempt(async () => {
				const sample = (await fetchSamples(baseUrl)).find(({ id }) => id === sitterId);
				if (!sample)
					throw new LuxError('request-invalid', { detail: `no sample sitter "${sitterId}"` });
				const references: RunnerReference[] = [];
				for (const url of sample.urls)
					references.push(await read(await photographs.read(url), url));
				return references;
			}),
		readReference: ({ base64, name }) =>
			attempt(async () => read(await blobOf(base64).arrayBuffer(), name)),
		shootFrame: ({ handles, ...request }) =>
			attempt(async () => {
				const { bytes, ...result } = await engine.shootFrame(
					signal,
					{
						...request,
						...(pack && promptFor(pack, request.direction)),
						embeddings: handles.map(embeddingOf),
						skin: handles.flatMap((handle) => faceOf(handle).skin ?? []),
						previewEvery: 0
					},
					ignore
				);
				return { ...result, base64: toBase64(bytes) };
			}),
		compare: (comparisons) =>
			attemptSync(() => {
				if (pack?.identity.embedding === 'features')
					throw new LuxError('request-invalid', { detail: 'faces of this pack are not compared' });
				const means = new Map<string, Float32Array>();
				return comparisons.map(({ probe, references }) => {
					const key = references.join();
					const face = embeddingOf(probe);
					const mean = means.get(key) ?? meanEmbedding(references.map(embeddingOf), face.length);
					means.set(key, mean);
					return cosine(face, mean);
				});
			}),
		parseShoot: (text) =>
			attemptSync(() => {
				const shoot = findShoot(text);
				if (!shoot)
					throw new LuxError('request-invalid', {
						detail: `no shoot "${text}"; there are ${SHOOTS.map(({ name }) => name).join(', ')}`
					});
				return shoot.direction;
			}),
		parseDirection: (text) => attemptSync(() => parseDirection(text)),
		dispose: () => engine.dispose()
	};
}

async function attempt<T>(work: () => Promise<T>): Promise<Outcome<T>> {
	try {
		return { ok: true, value: await work() };
	} catch (error) {
		return { ok: false, error: toWireError(error) };
	}
}

function attemptSync<T>(work: () => T): Outcome<T> {
	try {
		return { ok: true, value: work() };
	} catch (error) {
		return { ok: false, error: toWireError(error) };
	}
}

/** `fetch` of a data: URL would need a wider policy than the app has. */
function blobOf(base64: string): Blob {
	return new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))]);
}

function toBase64(bytes: ArrayBuffer): string {
	const CHUNK = 0x8000; // spread arguments are limited
	const view = new Uint8Array(bytes);
	let binary = '';
	for (let at = 0; at < view.length; at += CHUNK)
		binary += String.fromCharCode(...view.subarray(at, at + CHUNK));
	return btoa(binary);
}
