/** The face models: their small manifest, their verification, their sessions. */
import { LuxError } from '$lib/contract/errors';
import type { LoadedFile } from '$lib/contract/worker-api';
import * as v from 'valibot';
import type { Graph } from './graph';
import type { Ort } from './ort';
import { sha256 } from './sha256';
import { openSession, type SessionDevice } from './session';

/** Written next to the models by `scripts/face-models/build.mjs`. */
export const FACE_MANIFEST = 'faces.json';

const schema = v.object({
	formatVersion: v.literal(1),
	files: v.array(
		v.strictObject({
			path: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]*\.onnx$/)),
			bytes: v.pipe(v.number(), v.integer(), v.minValue(1)),
			sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
		})
	)
});
export type FaceManifest = v.InferOutput<typeof schema>;

/** @throws LuxError `pack-manifest-invalid` */
export function parseFaceManifest(bytes: ArrayBuffer): FaceManifest {
	try {
		return v.parse(schema, JSON.parse(new TextDecoder().decode(bytes)));
	} catch (cause) {
		throw new LuxError('pack-manifest-invalid', { detail: FACE_MANIFEST }, { cause });
	}
}

export interface FaceGraphs {
	detector: Graph;
	landmarks: Graph;
	/** Releases both sessions. The opener calls it. */
	dispose(): Promise<void>;
}

/**
 * Verifies and compiles the face models. They always run on WASM: both are small, and a photograph is
 * read in tens of milliseconds there.
 *
 * @throws LuxError `pack-manifest-invalid`, `pack-file-corrupt`, and what `openSession` throws.
 */
export async function openFaceModels(ort: Ort, loaded: readonly LoadedFile[]): Promise<FaceGraphs> {
	const find = (path: string) => {
		const file = loaded.find((candidate) => candidate.path === path);
		if (!file) throw new LuxError('pack-file-corrupt', { file: path });
		return file.bytes.arrayBuffer();
	};
	const manifest = parseFaceManifest(await find(FACE_MANIFEST));
	const device: SessionDevice = { kind: 'wasm' };
	const open = async (name: string) => {
		const path = `${name}.onnx`;
		const entry = manifest.files.find((file) => file.path === path);
		const bytes = await find(path);
		if (!entry || bytes.byteLength !== entry.bytes || (await sha256(bytes)) !== entry.sha256)
			throw new LuxError('pack-file-corrupt', { file: path });
		return openSession(ort, name, new Uint8Array(bytes), device);
	};
	const detector = await open('detector');
	try {
		const landmarks = await open('landmarks');
		return {
			detector,
			landmarks,
			dispose: async () => {
				await detector.release();
				await landmarks.release();
			}
		};
	} catch (error) {
		await detector.release();
		throw error;
	}
}
