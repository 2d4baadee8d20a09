/** Shoots that come and go as links: what arrived with this page, and what is being handed on. */
import type { Intent } from '$lib/contract/direction';
import { toWireError, type WireError } from '$lib/contract/errors';
import type { Recipe } from '$lib/contract/recipe';
import { looksShared, parseLink, samePack, type SharedShoot } from '$lib/share/link';
import type { ShootRecord } from '$lib/storage/schema';
import type { DirectionState } from './direction.svelte';
import type { EngineState } from './engine.svelte';
import type { SitterState } from './sitters.svelte';

export class SharingState {
	/** The shoot that came with the link this page was opened by, until it is dismissed. */
	arrived = $state.raw<SharedShoot | null>(null);
	/** The shoot whose link is on show. */
	offered = $state.raw<SharedShoot | null>(null);
	/** Why a link could not be opened; everything stays as it was. */
	error = $state.raw<WireError | null>(null);

	constructor(
		private readonly direction: DirectionState,
		private readonly sitters: SitterState,
		private readonly engine: EngineState
	) {}

	/** The link was made with other weights: the picture will be like it, but not the same. */
	get otherPack(): boolean {
		const pack = this.#packHere();
		return this.arrived !== null && pack !== null && !samePack(this.arrived.pack, pack);
	}

	/** Sets the call sheet up as a link says. Fragments that are no shoot are passed over. */
	arrive(fragment: string): void {
		if (!looksShared(fragment)) return;
		this.arrived = this.error = null;
		try {
			this.arrived = parseLink(fragment);
		} catch (error) {
			this.error = toWireError(error);
			return;
		}
		this.direction.adopt(this.arrived);
		this.seat();
	}

	/** A shared shoot opens on a sample sitter; to be called again once the sitters are loaded. */
	seat(): void {
		if (!this.arrived) return;
		const samples = this.sitters.all.filter(({ kind }) => kind === 'sample');
		const seat = samples.find(({ id }) => id === this.arrived?.sample) ?? samples[0];
		if (seat) this.sitters.selectedId = seat.id;
	}

	/** Shows the link of the call sheet as it stands. Does nothing before the pack is known. */
	offerDirection(identityStrength: number): void {
		const { direction, seed, count, locked } = this.direction;
		const pack = this.#packHere();
		const sitterId = this.sitters.selected?.id ?? null;
		if (!pack) return;
		const settings = { seed, count, identityStrength, locked, pack };
		this.#offer({ direction, counterpart: null, ...settings }, sitterId);
	}

	/** Shows the link of a shoot that was made, naming the pack that made it. Locks belong to the call sheet, not to it. */
	offerShoot({ shoot, frames: made }: MadeShoot): void {
		const recipe = made.find(({ record }) => record)?.record?.recipe;
		const pack = recipe ? { id: recipe.packId, hash: recipe.packHash } : this.#packHere();
		if (!pack) return;
		const side = (intent: Intent) => shoot.plan?.find((frame) => frame.intent === intent);
		const [headshot, editorial] = [side('headshot'), side('editorial')];
		// Of a team the direction goes on, and nobody of it.
		const team = shoot.plan?.some(({ sitter }) => sitter) ?? false;
		const frames =
			headshot && editorial
				? { direction: headshot.direction, counterpart: editorial.direction, count: 1 }
				: { direction: shoot.direction, counterpart: null, count: team ? 1 : shoot.count };
		const { seed, identityStrength, sitterId } = shoot;
		this.#offer({ ...frames, seed, identityStrength, locked: [], pack }, team ? null : sitterId);
	}

	#packHere(): SharedShoot['pack'] | null {
		const { pack } = this.engine;
		return pack && { id: pack.manifest.id, hash: pack.hash };
	}

	#offer(offer: Omit<SharedShoot, 'sample'>, sitterId: string | null): void {
		const sitter = this.sitters.all.find(({ id }) => id === sitterId);
		this.offered = {
			...offer,
			sample: sitter?.kind === 'sample' ? sitter.id : null
		};
	}
}

interface MadeShoot {
	shoot: Pick<
		ShootRecord,
		'direction' | 'seed' | 'count' | 'plan' | 'identityStrength' | 'sitterId'
	>;
	frames: readonly { record: { recipe: Recipe } | null }[];
}
