/** A person's own shoots: directions with a name, kept on this device beside the twelve. */
import type { Direction, Intent } from '$lib/contract/direction';
import { LuxError, toWireError, type WireError } from '$lib/contract/errors';
import { SHOOTS } from '$lib/direction/shoots';
import type { Repository } from '$lib/storage/repository';
import type { OwnShootRecord } from '$lib/storage/schema';

/** As long as fits the title on a phone in two lines. */
export const MAX_SHOOT_NAME = 40;

export class OwnShootState {
	/** Oldest first. */
	all = $state.raw<readonly OwnShootRecord[]>([]);
	/** The last one deleted, until another act takes its place: it can be brought back. */
	removed = $state.raw<OwnShootRecord | null>(null);
	/** Why the kept ones could not be read. */
	error = $state.raw<WireError | null>(null);

	constructor(private readonly repository: Repository) {}

	async load(): Promise<void> {
		try {
			this.all = await this.repository.listOwnShoots();
			this.error = null;
		} catch (error) {
			this.error = toWireError(error);
		}
	}

	/**
	 * Keeps a direction under a name. Nothing is listed that is not on disk.
	 * @returns why it was not kept: `shoot-unnamed`, `shoot-name-taken` or a storage code
	 */
	save(
		name: string,
		{ direction, intent }: { direction: Direction; intent: Intent }
	): Promise<WireError | null> {
		return attempt(async () => {
			const createdAt = Date.now();
			await this.#keep({ id: crypto.randomUUID(), name, intent, direction, createdAt });
		});
	}

	/** @returns why the name could not be changed, as with `save` */
	rename(id: string, name: string): Promise<WireError | null> {
		return attempt(async () => {
			const shoot = this.all.find((own) => own.id === id);
			if (shoot) await this.#keep({ ...shoot, name });
		});
	}

	/** @returns why it is still there; otherwise `undo` brings it back */
	remove(id: string): Promise<WireError | null> {
		return attempt(async () => {
			const shoot = this.all.find((own) => own.id === id);
			if (!shoot) return;
			await this.repository.removeOwnShoot(id);
			this.all = this.all.filter((own) => own.id !== id);
			this.removed = shoot;
		});
	}

	/** @returns why it could not come back, for example because its name went to another one meanwhile */
	undo(): Promise<WireError | null> {
		return attempt(async () => {
			if (this.removed) await this.#keep(this.removed);
		});
	}

	async #keep(shoot: OwnShootRecord): Promise<void> {
		const kept = { ...shoot, name: this.#freeName(shoot) };
		await this.repository.saveOwnShoot(kept);
		this.all = [...this.all.filter(({ id }) => id !== kept.id), kept].toSorted(
			(a, b) => a.createdAt - b.createdAt
		);
		this.removed = null;
	}

	/** Two shoots of one name could not be told apart in the list or on a sheet. */
	#freeName({ id, name }: OwnShootRecord): string {
		const clean = name.normalize('NFC').replace(/\s+/g, ' ').trim().slice(0, MAX_SHOOT_NAME).trim();
		if (clean === '') throw new LuxError('shoot-unnamed', {});
		const taken = [...SHOOTS, ...this.all].find(
			(other) => other.id !== id && other.name.toLowerCase() === clean.toLowerCase()
		);
		if (taken)
			throw new LuxError('shoot-name-taken', {
				name: taken.name,
				given: SHOOTS.some((given) => given === taken)
			});
		return clean;
	}
}

async function attempt(work: () => Promise<void>): Promise<WireError | null> {
	try {
		await work();
		return null;
	} catch (error) {
		return toWireError(error);
	}
}
