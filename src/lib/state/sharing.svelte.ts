/** Shoots that come and go as links: what arrived with this page, and what is being handed on. */
import { toWireError, type WireError } from '$lib/contract/errors';
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
		const { pack } = this.engine;
		return (
			this.arrived !== null &&
			pack !== null &&
			!samePack(this.arrived.pack, { id: pack.manifest.id, hash: pack.hash })
		);
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
		const { direction, seed, count } = this.direction;
		this.#offer({ direction, seed, count, identityStrength }, this.sitters.selected?.id ?? null);
	}

	/** Shows the link of a shoot that was made. */
	offerShoot(shoot: Pick<ShootRecord, keyof Offer | 'sitterId'>): void {
		this.#offer(shoot, shoot.sitterId);
	}

	#offer({ direction, seed, count, identityStrength }: Offer, sitterId: string | null): void {
		const { pack } = this.engine;
		if (!pack) return;
		const sitter = this.sitters.all.find(({ id }) => id === sitterId);
		this.offered = {
			direction,
			seed,
			count,
			identityStrength,
			locked: this.direction.locked,
			pack: { id: pack.manifest.id, hash: pack.hash },
			sample: sitter?.kind === 'sample' ? sitter.id : null
		};
	}
}

type Offer = Pick<SharedShoot, 'direction' | 'seed' | 'count' | 'identityStrength'>;
