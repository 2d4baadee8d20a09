/**
 * A whole portrait on the micro pack. Its pictures show no faces, so a made-up detector finds them: what is tested is what happens then, with the
 * pack's own graphs.
 */
import type { FrameRequest } from '$lib/contract/engine';
import type { Box } from '$lib/contract/faces';
import type { ImageSize, PackManifest, VocabularyConditioning } from '$lib/contract/manifest';
import type { Progress } from '$lib/contract/progress';
import type { PixelImage } from '$workers/engine/image';
import { createScheduler } from '$workers/engine/schedulers/create';
import type { Graph } from '$workers/runtime/graph';
import type { Pack } from '$workers/runtime/pack';
import { Conditioner } from '$workers/stages/conditioner';
import type { FaceDetector, FoundFace } from '$workers/stages/detect-face';
import { decodeImage } from '$workers/stages/encode-image';
import { makePortrait } from '$workers/stages/make-portrait';

/** All of the mesh lies in one point, so that skin is measured there alone: one colour is evenly lit. */
export function faceAt(box: Box): FoundFace {
	const at = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const;
	const points = {
		rightEye: at(0.3, 0.35),
		leftEye: at(0.7, 0.35),
		noseTip: at(0.5, 0.6),
		mouthRight: at(0.35, 0.8),
		mouthLeft: at(0.65, 0.8)
	};
	const vertices = Array.from({ length: 468 }, () => points.noseTip);
	return { box, points, score: 1, vertices, pose: { yaw: 0, pitch: 0, roll: 0 } };
}

export interface MicroScene {
	/** In place of the pack's own. */
	defaults?: Partial<PackManifest['defaults']>;
	/** What the detector finds the first time, the second time, and so on: largest first, as it does. */
	faces: (Box | FoundFace[] | null)[];
	change?: Partial<FrameRequest>;
	/** Whether the pack says where its compositions keep the face. */
	says?: boolean;
	/** Of what the decoder makes, in place of its own: the micro pack's pictures are burnt out all over. */
	contrast?: number;
	signal?: AbortSignal;
	report?: (progress: Progress) => void;
}

/** A decoder whose pictures have less contrast, and that does not say where the subject is: the micro pack's is all over the place. */
function faded(decoder: Graph, contrast: number): Graph {
	return {
		async run(feeds) {
			const { sample } = await decoder.run(feeds);
			const data = Float32Array.from(sample!.data, (value) => value * contrast);
			return { sample: { ...sample!, data } };
		},
		release: () => decoder.release()
	};
}

/** What `makePortrait` needs beside a request; by default no face is ever found. */
export function microStudio(
	pack: Pack,
	faces: FaceDetector = { detect: async () => [] }
): Parameters<typeof makePortrait>[0] {
	const { manifest, hash } = pack;
	return {
		pack,
		conditioner: new Conditioner(manifest, null),
		scheduler: createScheduler(manifest.scheduler),
		faces,
		report: {
			device: { kind: 'wasm', reason: 'override', adapter: null, threads: 1, crossOriginIsolated },
			seal: { sealed: true, attempts: [] },
			pack: { hash, manifest }
		}
	};
}

/** @returns the frame, its pixels, and every picture that the detector was shown */
export async function shootMicro(pack: Pack, scene: MicroScene) {
	const { faces, change, says, contrast, signal, report } = scene;
	const defaults = { ...pack.manifest.defaults, ...scene.defaults };
	const conditioning = { ...(pack.manifest.conditioning as VocabularyConditioning) };
	if (!says) delete conditioning.points;
	const manifest = { ...pack.manifest, defaults, conditioning };
	const looked: PixelImage[] = [];
	const studio = microStudio(
		{
			...pack,
			manifest,
			graphsFor: (size: ImageSize) => {
				const graphs = pack.graphsFor(size);
				return contrast ? { ...graphs, vaeDecoder: faded(graphs.vaeDecoder, contrast) } : graphs;
			}
		},
		{
			detect: async (image: PixelImage) => {
				const seen = faces[Math.min(looked.push(image), faces.length) - 1];
				return Array.isArray(seen) ? seen : seen ? [faceAt(seen)] : [];
			}
		}
	);
	const { embeddingLength } = manifest.identity;
	const request: FrameRequest = {
		embeddings: [new Float32Array(embeddingLength).fill(embeddingLength ** -0.5)],
		direction: { framing: 'F5', setting: null, styling: null, mood: null, pose: null, look: 'L4' },
		seed: 7,
		steps: 4,
		previewEvery: 0,
		...change
	};
	const result = await makePortrait(
		studio,
		request,
		signal ?? new AbortController().signal,
		report ?? (() => undefined)
	);
	const { data } = await decodeImage(result.bytes.slice(0), result.width, result.height);
	return { result, data, looked };
}
