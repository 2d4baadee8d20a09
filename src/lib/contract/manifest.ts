/** Schema of a pack's `manifest.json`. Unknown fields are refused: a manifest is a promise about bytes. */
import * as v from 'valibot';

const positiveInteger = v.pipe(v.number(), v.integer(), v.minValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const unit = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
/** A later pass over pictures whose face is lower than a share of their height, from so much noise. */
const detailPass = { below: unit, strength: unit };
const cosine = v.pipe(v.number(), v.minValue(-1), v.maxValue(1));
/** Of a colour. */
const channel = cosine;
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
/** Relative path inside the pack: no scheme, no leading slash, no parent segments. */
const path = v.pipe(
	v.string(),
	v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/),
	v.maxLength(200)
);
const unitPoint = v.strictTuple([unit, unit]);

const tensor = v.strictObject({
	/** As the graph's file calls it. */
	name: v.pipe(v.string(), v.minLength(1)),
	/** As the stages call it, where that is something else: in graphs that a publisher exported. */
	as: v.optional(v.pipe(v.string(), v.minLength(1))),
	shape: v.array(positiveInteger),
	dtype: v.picklist(['float32', 'int32'])
});

const graph = v.strictObject({
	variants: v.pipe(
		v.array(
			v.strictObject({
				file: path,
				externalData: v.array(path),
				/** The one size of picture that this file is for; absent where the file serves every size. */
				size: v.optional(v.strictObject({ width: positiveInteger, height: positiveInteger })),
				/** Says how float32 weights that the graph asks for are made of smaller ones in `externalData`. */
				expanded: v.optional(path),
				/** What the open graph holds on to, weights above all, bytes: the memory plan adds these up. */
				memoryBytes: v.optional(count),
				devices: v.pipe(v.array(v.picklist(['wasm', 'webgpu'])), v.minLength(1)),
				dtype: v.picklist(['float32', 'float16']),
				inputs: v.array(tensor),
				outputs: v.array(tensor)
			})
		),
		v.minLength(1)
	)
});

export const GRAPH_NAMES = [
	'faceEncoder',
	'identityProjector',
	'denoiser',
	'vaeEncoder',
	'vaeDecoder'
] as const;
export type GraphName = (typeof GRAPH_NAMES)[number];
/** Graphs that a pack may do without: which of the encoders it has follows from its conditioning. */
export const OPTIONAL_GRAPH_NAMES = [
	'directionEncoder',
	'textEncoder',
	'composer',
	'previewDecoder'
] as const;
export type OptionalGraphName = (typeof OPTIONAL_GRAPH_NAMES)[number];
export type AnyGraphName = GraphName | OptionalGraphName;

/** The pack knows the options of the call sheet by number. */
const vocabulary = v.strictObject({
	kind: v.literal('vocabulary'),
	axes: v.array(v.picklist(['framing', 'setting', 'styling', 'mood', 'pose', 'look'])),
	options: positiveInteger,
	unset: positiveInteger,
	tokens: positiveInteger,
	width: positiveInteger,
	/**
	 * Of packs with a composer: a composition begins with the five points of the face, in the order of `FacePoints`, x and y of each as shares
	 * of the picture's sides. The later passes are placed by them, and say where the face lies in the enlarged
	 * region. Absent: it is told the whole picture's composition.
	 */
	points: v.optional(v.literal(5))
});

/** The pack reads a prompt through CLIP's text encoder. */
const clip = v.strictObject({
	kind: v.literal('clip'),
	/** Length of the token sequence, start and end included: 77. */
	tokens: v.pipe(v.number(), v.integer(), v.minValue(3)),
	width: positiveInteger,
	/** Files of the tokenizer in the hub's layout, both among `files`. */
	tokenizer: v.strictObject({ tokenizer: path, config: path }),
	/** What the unconditional branch of classifier-free guidance is told. */
	negative: v.string()
});

export const packManifestSchema = v.strictObject({
	formatVersion: v.literal(1),
	id: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]*$/)),
	title: v.string(),
	/** One or two sentences for people: what it makes, and from what. */
	description: v.optional(v.string()),
	version: v.string(),
	licences: v.array(
		v.strictObject({
			name: v.string(),
			url: v.string(),
			summary: v.string(),
			nonCommercial: v.boolean(),
			files: v.array(v.string())
		})
	),
	totalBytes: positiveInteger,
	image: v.strictObject({
		width: positiveInteger,
		height: positiveInteger,
		/** Further sizes that every graph of the pack takes; absent where there is the native one only. */
		others: v.optional(v.array(v.strictObject({ width: positiveInteger, height: positiveInteger })))
	}),
	latents: v.strictObject({
		channels: positiveInteger,
		factor: positiveInteger,
		scale: v.number(),
		shift: v.number()
	}),
	conditioning: v.variant('kind', [vocabulary, clip]),
	identity: v.strictObject({
		cropSize: positiveInteger,
		template: v.strictObject({ rightEye: unitPoint, leftEye: unitPoint, mouth: unitPoint }),
		embeddingLength: positiveInteger,
		/** `unit` (the default): a point on the sphere, compared by cosine. `features`: taken as the encoder gives them, and compared by nobody. */
		embedding: v.optional(v.picklist(['unit', 'features'])),
		/**
		 * With `features`: colour of the blank crop that stands for nobody under guidance, RGB in [-1, 1], zero in the encoder's own normalisation.
		 * Mid-grey where it is absent.
		 */
		nobody: v.optional(v.strictTuple([channel, channel, channel])),
		/** Of one run of the identity projector. */
		tokens: positiveInteger,
		/** `average`: one run, with the mean embedding. `stack`: one run for each photograph, tokens one after the other. */
		references: v.picklist(['average', 'stack']),
		/** Photographs that a stacking pack takes at most; as many as a sitter has where it does not say. */
		photos: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(8))),
		/** Absent in packs that were not calibrated: likeness then has a number and no words. */
		likeness: v.optional(
			v.pipe(
				v.strictObject({ close: cosine, near: cosine, distant: cosine, stranger: cosine }),
				v.check(
					({ close, near, distant }) => close >= near && near >= distant,
					'steps out of order'
				)
			)
		)
	}),
	scheduler: v.strictObject({
		kind: v.picklist(['flow-match-euler', 'lcm', 'tcd', 'ddim', 'euler', 'dpmpp-2m']),
		config: v.record(v.string(), v.union([v.number(), v.string(), v.boolean()]))
	}),
	defaults: v.strictObject({
		steps: positiveInteger,
		guidanceScale: v.pipe(v.number(), v.minValue(1)),
		identityStrength: unit,
		variation: v.strictObject({ subtle: unit, strong: unit }),
		/**
		 * A second pass over the face of pictures in which it is small: below this share of the picture's height it is made again, enlarged,
		 * from as much noise as `strength` says. `closer` is a third pass, over the face alone, enlarged more. Absent where the pack does not
		 * gain by it.
		 */
		faceDetail: v.optional(
			v.strictObject({ ...detailPass, closer: v.optional(v.strictObject(detailPass)) })
		),
		/** A pass over what is worn, before those over the face, likewise. */
		clothesDetail: v.optional(v.strictObject(detailPass)),
		/**
		 * In even light and the neutral look, skin is brought nearer to the references' tone: at most by so many degrees of the typology angle,
		 * by more where several photographs agree.
		 * Absent where skin stays as the pack makes it.
		 */
		skinMatch: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(90)))
	}),
	graphs: v.strictObject({
		faceEncoder: graph,
		identityProjector: graph,
		/** Of packs that know the vocabulary. */
		directionEncoder: v.optional(graph),
		/** Of packs that read a prompt. */
		textEncoder: v.optional(graph),
		/** Draws where the face goes, for denoisers that take a `composition`. */
		composer: v.optional(graph),
		denoiser: graph,
		vaeEncoder: graph,
		/** Makes the picture that is kept. */
		vaeDecoder: graph,
		/** A small decoder for pictures on the way, where the other one is large. */
		previewDecoder: v.optional(graph)
	}),
	requirements: v.strictObject({
		maxBufferSize: count,
		maxStorageBufferBindingSize: count,
		shaderF16: v.boolean(),
		memoryBytes: count
	}),
	files: v.pipe(
		v.array(v.strictObject({ path, bytes: positiveInteger, sha256: hash, chunks: v.array(hash) })),
		v.minLength(1)
	)
});

export type PackManifest = v.InferOutput<typeof packManifestSchema>;
export type GraphVariant = PackManifest['graphs'][GraphName]['variants'][number];
export type VocabularyConditioning = v.InferOutput<typeof vocabulary>;
export type ClipConditioning = v.InferOutput<typeof clip>;

/** Size of a picture, pixels. */
export interface ImageSize {
	width: number;
	height: number;
}

/** Every size that a pack makes, its native one first. */
export function sizesOf({ image }: Pick<PackManifest, 'image'>): [ImageSize, ...ImageSize[]] {
	const { width, height, others = [] } = image;
	return [{ width, height }, ...others];
}

/** The pack's own entry for a size; undefined where it does not make that. */
export function packSize(
	manifest: Pick<PackManifest, 'image'>,
	{ width, height }: ImageSize
): ImageSize | undefined {
	return sizesOf(manifest).find((size) => size.width === width && size.height === height);
}

/** Size of the pieces that `chunks` hashes cover, bytes. */
export const CHUNK_BYTES = 8 * 1024 * 1024;
