/** New shoots that start from one finished frame: variations of it, and the same once more. */
import type { Recipe, ShootOrigin, VariationDegree } from '$lib/contract/recipe';
import type { ShootRecord } from '$lib/storage/schema';
import type { EngineState } from './engine.svelte';
import type { RunState } from './run.svelte';
import type { Frame, Sheet } from './sheet.svelte';
import type { SitterState } from './sitters.svelte';

/** Frames that one press of a variation makes. */
export const VARIATIONS = 3;

/** Why a frame cannot be made again here. */
export type AgainBlock = 'starting' | 'sitter-gone' | 'other-pack';

type ShootFacts = Pick<ShootRecord, 'name'>;
type FrameFacts = Pick<Frame, 'sitter' | 'record'>;

export class AgainState {
	constructor(
		private readonly engine: EngineState,
		private readonly sitters: SitterState,
		private readonly run: RunState
	) {}

	/** Why there can be no variations of a frame now; null when there can. */
	varyBlock({ sitter }: Pick<Frame, 'sitter'>): AgainBlock | null {
		if (!this.engine.pack) return 'starting';
		return this.sitters.all.some(({ id }) => id === sitter.id) ? null : 'sitter-gone';
	}

	/** Why a frame cannot be run again exactly now; null when it can, or is not finished. */
	rerunBlock(frame: FrameFacts): AgainBlock | null {
		const here = !frame.record || this.engine.pack?.hash === frame.record.recipe.packHash;
		return this.varyBlock(frame) ?? (here ? null : 'other-pack');
	}

	/** Shoots three variations with the frame's own direction and strength; null when that is blocked. */
	vary(shoot: ShootFacts, frame: Frame, degree: VariationDegree): Sheet | null {
		const strength = this.engine.pack?.manifest.defaults.variation[degree];
		if (!frame.record || !strength || this.varyBlock(frame)) return null;
		const { id, index, recipe } = frame.record;
		// Any noise but the frame's own, and another one with every press.
		const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
		return this.#start(shoot, frame, recipe, seed, VARIATIONS, {
			kind: 'variation',
			degree,
			strength,
			compositionSeed: recipe.compositionSeed ?? recipe.seed,
			frameId: id,
			frameIndex: index
		});
	}

	/** Shoots a frame once more from its recipe; null when that is blocked. */
	rerun(shoot: ShootFacts, frame: Frame): Sheet | null {
		if (!frame.record || this.rerunBlock(frame)) return null;
		const { id, index, recipe } = frame.record;
		return this.#start(shoot, frame, recipe, recipe.seed, 1, {
			kind: 'rerun',
			recipe,
			frameId: id,
			frameIndex: index
		});
	}

	#start(
		{ name }: ShootFacts,
		{ sitter }: Frame,
		{ direction, identityStrength, size }: Recipe,
		seed: number,
		count: number,
		origin: ShootOrigin
	): Sheet {
		return this.run.shoot({
			id: crypto.randomUUID(),
			name,
			direction,
			sitterId: sitter.id,
			sitterName: sitter.name,
			seed,
			count,
			identityStrength,
			...(size && { size }),
			createdAt: Date.now(),
			origin
		});
	}
}
