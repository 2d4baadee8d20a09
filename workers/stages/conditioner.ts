/** What the denoiser is told, kept from one frame to the next: frames of one shoot share the sitter, and often the direction. */
import type { FrameRequest } from '$lib/contract/engine';
import type { Box } from '$lib/contract/faces';
import type { ImageSize, PackManifest } from '$lib/contract/manifest';
import type { GraphTensors } from '../runtime/graph';
import type { Graphs } from '../runtime/pack';
import { composedFace } from './compose';
import {
	conditionDirection,
	conditionIdentity,
	conditionRegion,
	encodeNobody,
	type DirectionTokens,
	type IdentityTokens
} from './condition';
import type { PromptTokenizer } from './encode-prompt';

/** The parts of a request that the direction is read from. */
type Told = Pick<FrameRequest, 'direction' | 'prompt' | 'size'> & { compositionSeed: number };

/** Belongs to the studio of one pack. Of each kind the last answer is kept and no other; a failure is never kept. */
export class Conditioner {
	readonly #manifest: PackManifest;
	readonly #tokenizer: PromptTokenizer | null;
	#identity: {
		embeddings: readonly Float32Array[];
		guided: boolean;
		tokens: IdentityTokens;
	} | null = null;
	#direction: { key: string; tokens: DirectionTokens } | null = null;
	#nobody: GraphTensors | null = null;

	constructor(manifest: PackManifest, tokenizer: PromptTokenizer | null) {
		this.#manifest = manifest;
		this.#tokenizer = tokenizer;
	}

	/** As `conditionIdentity`, which runs only when the embeddings are not those of the last call, byte for byte. */
	async identity(
		graphs: Graphs,
		embeddings: readonly Float32Array[],
		guided: boolean
	): Promise<IdentityTokens> {
		const last = this.#identity;
		if (last && last.guided === guided && sameBytes(last.embeddings, embeddings))
			return last.tokens;
		const pack = { manifest: this.#manifest, graphs };
		const nobody = async () => (this.#nobody ??= await encodeNobody(pack));
		const tokens = await conditionIdentity(pack, embeddings, guided ? nobody : null);
		// Copied: whose they are may change them.
		this.#identity = { embeddings: embeddings.map((one) => one.slice()), guided, tokens };
		return tokens;
	}

	/** As `conditionDirection`, which runs only when something that it reads has changed since the last call. */
	async direction(graphs: Graphs, told: Told, guided: boolean): Promise<DirectionTokens> {
		const key = JSON.stringify(this.#read(told, graphs, guided));
		if (this.#direction?.key === key) return this.#direction.tokens;
		const pack = { manifest: this.#manifest, graphs };
		const tokens = await conditionDirection(pack, this.#tokenizer, told, guided);
		this.#direction = { key, tokens };
		return tokens;
	}

	/** As `conditionRegion`: a region is looked at once, so that nothing is kept. */
	region(
		graphs: Graphs,
		told: Told,
		whole: DirectionTokens,
		region: Box,
		picture: ImageSize
	): Promise<DirectionTokens> {
		return conditionRegion({ manifest: this.#manifest, graphs }, told, whole, region, picture);
	}

	/** Where the pack was told to put the face, pixels of `picture`; undefined where its compositions do not say. */
	face({ composition }: DirectionTokens, picture: ImageSize): Box | undefined {
		const { conditioning } = this.#manifest;
		const says = conditioning.kind === 'vocabulary' && conditioning.points;
		return says && composition ? composedFace(composition, picture) : undefined;
	}

	#read({ direction, prompt, size, compositionSeed }: Told, { composer }: Graphs, guided: boolean) {
		const { conditioning } = this.#manifest;
		if (conditioning.kind === 'clip') return [prompt, guided];
		const options = conditioning.axes.map((axis) => direction[axis]);
		return [options, guided, composer ? [compositionSeed, size] : null];
	}
}

function sameBytes(a: readonly Float32Array[], b: readonly Float32Array[]): boolean {
	return a.length === b.length && a.every((one, i) => equal(one, b[i]!));
}

function equal(a: Float32Array, b: Float32Array): boolean {
	return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}
