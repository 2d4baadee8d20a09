/** Progress as facts, never as prose. The UI turns them into words and bars. */

/** The steps of one portrait, in order. Names follow diffusers' modular pipelines where they exist. */
export const STAGES = [
	'read-photo',
	'detect-face',
	'align-face',
	'encode-identity',
	'encode-direction',
	'denoise',
	'decode',
	'clothes-detail',
	'face-detail',
	'match-skin',
	'score-likeness',
	'encode-image'
] as const;
export type Stage = (typeof STAGES)[number];

export type Progress =
	/** Bytes of the runtime or of a pack read so far; `total` is known from the manifest. */
	| {
			kind: 'bytes';
			what: 'runtime' | 'pack' | 'faces';
			file: string;
			loaded: number;
			total: number;
	  }
	/** Bytes of the pack held against its manifest so far. */
	| { kind: 'check'; file: string; checked: number; total: number }
	/** A graph is being compiled: at boot, or again in a run where memory does not hold all of them. */
	| { kind: 'session'; graph: string; index: number; count: number }
	| { kind: 'stage-started'; stage: Stage }
	| { kind: 'stage-finished'; stage: Stage; milliseconds: number }
	/** One model evaluation step of the denoising loop finished. */
	| { kind: 'step'; step: number; steps: number; milliseconds: number }
	/** The clean image the model currently expects; the receiver owns and closes the bitmap. */
	| { kind: 'preview'; step: number; steps: number; image: ImageBitmap };

export type ProgressListener = (progress: Progress) => void;

/** A pack being put together on the device: files fetched, weights calculated, everything read back. */
export interface AssemblyProgress {
	phase: 'fetch' | 'assemble' | 'verify';
	/** The file of the publisher, or of the pack, at hand. */
	file: string;
	/** Bytes of this phase done, and in all. A resumed assembly starts where it stopped. */
	done: number;
	total: number;
	/** At the speed of the last seconds; null while that is not known. */
	secondsLeft: number | null;
}

export type AssemblyListener = (progress: AssemblyProgress) => void;
