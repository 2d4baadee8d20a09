/** What both branches of classifier-free guidance are told: the direction in the pack's own terms, and the sitter. */
import { meanEmbedding, normalise } from '$lib/contract/embedding';
import type { FrameRequest } from '$lib/contract/engine';
import { LuxError } from '$lib/contract/errors';
import type { VocabularyConditioning } from '$lib/contract/manifest';
import type { Graph, GraphTensor } from '../runtime/graph';
import type { Pack } from '../runtime/pack';
import { compose } from './compose';
import { directionIds, encodeDirection, unsetIds } from './encode-direction';
import { encodeIdentity } from './encode-identity';
import { encodePrompt, type PromptTokenizer } from './encode-prompt';

/** The direction as the denoiser reads it. */
export interface DirectionTokens {
	conditional: GraphTensor;
	/** Null when the plan is not guided. */
	unconditional: GraphTensor | null;
	/** Where the face goes; packs with a composer only. */
	composition?: GraphTensor;
}

/** The sitter as the denoiser reads it. */
export interface IdentityTokens {
	conditional: GraphTensor;
	unconditional: GraphTensor;
	/** Strength of the adapter in the unconditional branch, as a share of that in the conditional one. */
	unconditionalShare: 0 | 1;
}

/** @throws LuxError `request-invalid` for a direction or a prompt that the pack cannot take, or what the graphs throw. */
export async function conditionDirection(
	{ manifest, graphs }: Pick<Pack, 'manifest' | 'graphs'>,
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
 * The mean of all references, or one run of the projector for each of them, tokens one after the other. A pack that reads text
 * learned "nobody" as the projection of zeros; one that knows the vocabulary as an adapter that is off.
 *
 * @param embeddings of 1-8 references, each [embeddingLength] and of unit length
 */
export async function conditionIdentity(
	{ manifest, graphs }: Pick<Pack, 'manifest' | 'graphs'>,
	embeddings: readonly Float32Array[]
): Promise<IdentityTokens> {
	const { identity, conditioning } = manifest;
	const length = identity.embeddingLength;
	const mean = meanEmbedding(embeddings, length);
	const faces =
		identity.references === 'average'
			? [mean]
			: embeddings.slice(0, identity.photos ?? embeddings.length).map((face) => normalise(face));
	const project = (face: Float32Array) => encodeIdentity(graphs.identityProjector, face);
	const tokens: GraphTensor[] = [];
	for (const face of faces) tokens.push(await project(face));
	const conditional = stack(tokens);
	if (conditioning.kind === 'vocabulary')
		return { conditional, unconditional: conditional, unconditionalShare: 0 };
	const nobody = await project(new Float32Array(length));
	return { conditional, unconditional: stack(faces.map(() => nobody)), unconditionalShare: 1 };
}

/** [1, tokens, width] of several -> [1, all tokens, width] */
function stack(parts: readonly GraphTensor[]): GraphTensor {
	const [first] = parts;
	if (!first || parts.length === 1) return first!;
	const [, tokens = 0, width = 0] = first.shape;
	const size = tokens * width;
	const data = new Float32Array(parts.length * size);
	parts.forEach((part, i) => data.set(part.data, i * size));
	return { data, shape: [1, parts.length * tokens, width] };
}

/** `parseManifest` has seen to it that the graph is there. */
function required(graph: Graph | undefined): Graph {
	if (!graph) throw new LuxError('pack-unsuitable', { detail: 'an encoder is missing' });
	return graph;
}
