/** What both branches of classifier-free guidance are told: the direction in the pack's own terms, and the sitter. */
import { meanEmbedding, meanFeatures, normalise } from '$lib/contract/embedding';
import type { FrameRequest } from '$lib/contract/engine';
import { LuxError } from '$lib/contract/errors';
import type { Box } from '$lib/contract/faces';
import type { ImageSize, PackManifest, VocabularyConditioning } from '$lib/contract/manifest';
import type { Graph, GraphTensor, GraphTensors } from '../runtime/graph';
import type { Graphs } from '../runtime/pack';
import { compose, composedWithin } from './compose';
import { directionIds, encodeDirection, unsetIds } from './encode-direction';
import { embedFace, encodeIdentity } from './encode-identity';
import { encodePrompt, type PromptTokenizer } from './encode-prompt';

/** The direction as the denoiser reads it. */
export interface DirectionTokens {
	conditional: GraphTensors;
	/** Null when the plan is not guided. */
	unconditional: GraphTensors | null;
	/** Where the face goes; packs with a composer only. */
	composition?: GraphTensor;
}

/** The sitter as the denoiser reads it. */
export interface IdentityTokens {
	conditional: GraphTensors;
	/** Null when the plan is not guided. */
	unconditional: GraphTensors | null;
	/** Strength of the adapter in the unconditional branch, as a share of that in the conditional one. */
	unconditionalShare: 0 | 1;
	/** Of all references, unit length: what portraits are compared with. Null for a pack whose embeddings are compared by nobody. */
	mean: Float32Array | null;
}

/** The parts of a pack that conditioning needs. */
export interface ConditioningPack {
	manifest: PackManifest;
	graphs: Graphs;
}

/** @throws LuxError `request-invalid` for a direction or a prompt that the pack cannot take, or what the graphs throw. */
export async function conditionDirection(
	{ manifest, graphs }: ConditioningPack,
	tokenizer: PromptTokenizer | null,
	request: Pick<FrameRequest, 'direction' | 'prompt'> & { compositionSeed: number },
	guided: boolean
): Promise<DirectionTokens> {
	const { conditioning } = manifest;
	if (conditioning.kind === 'vocabulary')
		return fromVocabulary(
			conditioning,
			required(graphs.directionEncoder),
			graphs.composer,
			request,
			guided
		);
	if (!tokenizer || request.prompt === undefined)
		throw new LuxError('request-invalid', { detail: 'this pack reads a prompt, and got none' });
	const textEncoder = required(graphs.textEncoder);
	const told = (prompt: string) => encodePrompt(textEncoder, tokenizer.ids(prompt));
	return {
		conditional: await told(request.prompt),
		unconditional: guided ? await told(conditioning.negative) : null
	};
}

async function fromVocabulary(
	conditioning: VocabularyConditioning,
	directionEncoder: Graph,
	composer: Graph | undefined,
	{ direction, compositionSeed }: Pick<FrameRequest, 'direction'> & { compositionSeed: number },
	guided: boolean
): Promise<DirectionTokens> {
	const ids = directionIds(direction, conditioning);
	return {
		conditional: await encodeDirection(directionEncoder, ids),
		unconditional: guided ? await encodeDirection(directionEncoder, unsetIds(conditioning)) : null,
		composition: composer && (await compose(composer, ids, compositionSeed))
	};
}

/**
 * The same direction for a region of the picture, enlarged: the framing is left open, for the region is no longer framed as the picture was, and the
 * composition says where the face lies now. A pack that reads a prompt is told what it was told.
 *
 * @param whole what the picture was told
 * @param region pixels of `picture`
 */
export async function conditionRegion(
	{ manifest: { conditioning }, graphs }: ConditioningPack,
	{ direction }: Pick<FrameRequest, 'direction'>,
	whole: DirectionTokens,
	region: Box,
	picture: ImageSize
): Promise<DirectionTokens> {
	if (conditioning.kind !== 'vocabulary' || !conditioning.points || !whole.composition)
		return whole;
	const ids = directionIds({ ...direction, framing: null }, conditioning);
	return {
		conditional: await encodeDirection(required(graphs.directionEncoder), ids),
		unconditional: whole.unconditional,
		composition: composedWithin(whole.composition, conditioning.points, region, picture)
	};
}

/**
 * The mean of all references, or one run of the projector for each of them, tokens one after the other.
 *
 * @param embeddings of 1-8 references, each [embeddingLength]: of unit length, or features
 * @param nobody See `encodeNobody`; null when the plan is not guided
 */
export async function conditionIdentity(
	{ manifest, graphs }: ConditioningPack,
	embeddings: readonly Float32Array[],
	nobody: (() => Promise<GraphTensors>) | null
): Promise<IdentityTokens> {
	const { identity, conditioning } = manifest;
	const features = identity.embedding === 'features';
	const average = features ? meanFeatures : meanEmbedding;
	// Also where references are lined up: it finds out what is wrong with them.
	const mean = average(embeddings, identity.embeddingLength);
	const faces =
		identity.references === 'average'
			? [mean]
			: embeddings
					.slice(0, identity.photos ?? embeddings.length)
					.map((face) => (features ? face : normalise(face)));
	const told: GraphTensors[] = [];
	for (const face of faces) told.push(await encodeIdentity(graphs.identityProjector, face));
	const conditional = stack(told);
	const sitter = { conditional, mean: features ? null : mean };
	// A pack that knows the vocabulary learned "nobody" as an adapter that is off.
	if (conditioning.kind === 'vocabulary')
		return { ...sitter, unconditional: nobody && conditional, unconditionalShare: 0 };
	const blank = await nobody?.();
	return {
		...sitter,
		unconditional: blank ? stack(faces.map(() => blank)) : null,
		unconditionalShare: 1
	};
}

/**
 * Nobody, as packs that read text learned it: the projection of zeros, or, of a pack that takes features, of those of a blank crop (diffusers'
 * `prepare_ip_adapter_image_embeds` encodes an image of zeros, after normalisation).
 */
export async function encodeNobody({
	manifest: { identity },
	graphs: { faceEncoder, identityProjector }
}: ConditioningPack): Promise<GraphTensors> {
	if (identity.embedding !== 'features')
		return encodeIdentity(identityProjector, new Float32Array(identity.embeddingLength));
	const plane = identity.cropSize ** 2;
	const colour = identity.nobody ?? [0, 0, 0];
	const blank = Float32Array.from({ length: 3 * plane }, (_, i) => colour[Math.floor(i / plane)]!);
	return encodeIdentity(identityProjector, await embedFace(faceEncoder, blank, identity));
}

/** Of every output: [1, tokens, width] of several -> [1, all tokens, width] */
function stack(parts: readonly GraphTensors[]): GraphTensors {
	const [first] = parts;
	if (!first || parts.length === 1) return first ?? {};
	return Object.fromEntries(
		Object.keys(first).map((name) => [name, concatenate(parts.map((part) => part[name]!))])
	);
}

function concatenate(parts: readonly GraphTensor[]): GraphTensor {
	const [batch = 1, tokens = 0, ...rest] = parts[0]!.shape;
	const size = parts[0]!.data.length;
	const data = new Float32Array(parts.length * size);
	parts.forEach((part, i) => data.set(part.data, i * size));
	return { data, shape: [batch, parts.length * tokens, ...rest] };
}

/** `parseManifest` has seen to it that the graph is there. */
function required(graph: Graph | undefined): Graph {
	if (!graph) throw new LuxError('pack-unsuitable', { detail: 'an encoder is missing' });
	return graph;
}
