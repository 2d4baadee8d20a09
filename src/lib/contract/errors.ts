/**
 * Error codes that cross the worker boundary. Codes and parameters are data; the wording lives in
 * the UI (`src/lib/components/error-text.ts`), which switches over every code.
 */
import type { CheckpointFault } from './checkpoint';
import type { Box } from './faces';

/** Every way something can go wrong, with the facts a sentence about it needs. */
export interface ErrorParams {
	// photographs
	'photo-empty': { name: string };
	'photo-not-an-image': { name: string };
	'photo-svg': { name: string };
	'photo-heic': { name: string };
	'photo-animated': { name: string };
	'photo-truncated': { name: string };
	'photo-undecodable': { name: string };
	'photo-too-many-bytes': { name: string; bytes: number; limit: number };
	'photo-too-many-pixels': { name: string; width: number; height: number; limit: number };
	'photo-too-small': { name: string; width: number; height: number; minimum: number };
	'photo-no-face': { name: string };
	/** What came through the system's share sheet could not be kept until the page opened. */
	'photo-share-failed': Record<string, never>;
	/** `boxes` in shares of the upright picture's width and height, largest face first. */
	'photo-several-faces': { name: string; count: number; boxes: Box[] };
	// sealing and workers
	'seal-broken': { worker: string };
	'worker-died': { worker: string };
	'worker-unresponsive': { worker: string };
	cancelled: Record<string, never>;
	// packs
	'pack-download-failed': { file: string; status: number };
	'pack-manifest-invalid': { detail: string };
	'pack-file-corrupt': { file: string };
	'pack-unsuitable': { detail: string };
	/** The pack that was asked for is not on this device, or not whole. */
	'pack-not-kept': Record<string, never>;
	/** Another tab installs, checks or removes a pack. */
	'pack-busy': Record<string, never>;
	// packs assembled on the device from a publisher's checkpoints; `file` names the checkpoint
	'checkpoint-unreadable': { file: string; fault: CheckpointFault };
	/** A pickle that asks for more than tensors; `found` is the name or opcode it asks for. */
	'checkpoint-unsafe': { file: string; found: string };
	'checkpoint-tensor-wrong': {
		file: string;
		tensor: string;
		problem: 'missing' | 'shape' | 'dtype' | 'not-finite' | 'out-of-range' | 'left-over';
	};
	'assembly-recipe-invalid': { detail: string };
	/** What was written does not read back, or is not what the recipe promises. */
	'assembly-corrupt': { file: string };
	'assembly-no-room': Record<string, never>;
	/** `status` 0: no answer. */
	'source-unreachable': { file: string; status: number };
	'source-refused': { file: string; status: number };
	/** Still asked to wait after every retry; `seconds` is the last wait asked for. */
	'source-busy': { file: string; seconds: number };
	'source-stalled': { file: string; seconds: number };
	'source-no-ranges': { file: string };
	'source-changed': { file: string };
	'source-wrong-size': { file: string; bytes: number; expected: number };
	'source-wrong-hash': { file: string };
	// runtime
	'runtime-failed': { stage: string; detail: string };
	'device-lost': { detail: string };
	'out-of-memory': { stage: string };
	'result-not-finite': { stage: string };
	'request-invalid': { detail: string };
	'not-booted': Record<string, never>;
	// making a frame again
	'source-gone': Record<string, never>;
	'recipe-other-pack': { packId: string };
	// storage
	'storage-full': Record<string, never>;
	'storage-unavailable': { detail: string };
	'storage-blocked': Record<string, never>;
	// own shoots
	'shoot-unnamed': Record<string, never>;
	'shoot-name-taken': { name: string; given: boolean };
	// files that leave the app
	'export-failed': { detail: string };
	// links
	'link-too-long': { length: number; limit: number };
	'link-newer': { version: number };
	'link-damaged': { field: string };
	unexpected: { detail: string };
}

export type ErrorCode = keyof ErrorParams;

/** Structured-clone form of an error: what actually crosses a `postMessage`. */
export type WireError = { [C in ErrorCode]: { code: C; params: ErrorParams[C] } }[ErrorCode];

/** The one error class of the project. `message` is for logs only, never for people. */
export class LuxError<C extends ErrorCode = ErrorCode> extends Error {
	override readonly name = 'LuxError';
	constructor(
		readonly code: C,
		readonly params: ErrorParams[C],
		options?: ErrorOptions
	) {
		super(`${code} ${JSON.stringify(params)}`, options);
	}
}

/** Anything thrown -> wire form. Unknown errors become `unexpected` with their message as detail. */
export function toWireError(error: unknown): WireError {
	if (error instanceof LuxError) return { code: error.code, params: error.params } as WireError;
	if (error instanceof DOMException && error.name === 'AbortError')
		return { code: 'cancelled', params: {} };
	return { code: 'unexpected', params: { detail: String(error) } };
}

/** Wire form -> throwable error. */
export function fromWireError(wire: WireError): LuxError {
	return new LuxError(wire.code, wire.params as ErrorParams[ErrorCode]);
}

export function isLuxError<C extends ErrorCode>(error: unknown, code: C): error is LuxError<C> {
	return error instanceof LuxError && error.code === code;
}
