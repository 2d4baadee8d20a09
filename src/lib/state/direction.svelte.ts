/** The call sheet: direction, locks, seed, count, strength. */
import {
	AXES,
	type Axis,
	type Direction,
	type Intent,
	type OptionId
} from '$lib/contract/direction';
import { sameDirection, SHOOTS, shootOf, type NamedShoot } from '$lib/direction/shoots';
import { VOCABULARY } from '$lib/direction/vocabulary';

export const MAX_COUNT = 9;
const MAX_SEED = 0xffff_ffff;

interface Setup {
	/** The named shoot it started from; null after a roll. */
	base: NamedShoot | null;
	direction: Direction;
}

export class DirectionState {
	intent = $state<Intent>('editorial');
	seed = $state(1);
	/** Unlocked, the seed moves on with every shoot, so that shooting again gives new frames. */
	seedLocked = $state(false);
	count = $state(3);
	/** Strength of the identity adapter, 0..1; null follows the pack. */
	#strength = $state<number | null>(null);
	#setup = $state.raw<Setup>(setupOf('rooftop-dusk'));
	#locked = $state.raw<readonly Axis[]>([]);
	/** What the other intent looked like when it was left. */
	#other: Setup = setupOf('directory');
	#lastSeed: number | null = null;

	/** @param own the person's own shoots, which have names as the twelve have */
	constructor(private readonly own: () => readonly NamedShoot[] = () => []) {}

	get direction(): Direction {
		return this.#setup.direction;
	}

	/** The named shoot this is, or else the one it started from. */
	get base(): NamedShoot | null {
		const { base, direction } = this.#setup;
		const start = base && this.#known(base);
		if (start && sameDirection(start.direction, direction)) return start;
		return this.#named(direction) ?? start;
	}

	/** Axes that no longer are as the named shoot has them. */
	get changed(): readonly Axis[] {
		const { base, direction } = this;
		return base ? AXES.filter((axis) => base.direction[axis] !== direction[axis]) : [];
	}

	/** As it stands on the sheet and in file names. */
	get title(): string {
		return this.base?.name ?? 'Your own';
	}

	get locked(): readonly Axis[] {
		return this.#locked;
	}

	strength(packDefault: number): number {
		return this.#strength ?? packDefault;
	}

	setStrength(value: number): void {
		this.#strength = Math.min(1, Math.max(0, value));
	}

	/** @param option null for photographer's choice */
	choose(axis: Axis, option: OptionId | null): void {
		this.#setup = {
			...this.#setup,
			direction: { ...this.#setup.direction, [axis]: option }
		};
	}

	/** A named shoot; locked axes hold. */
	apply(shoot: NamedShoot): void {
		if (shoot.intent !== this.intent) this.#other = this.#setup;
		this.intent = shoot.intent;
		this.#setup = this.#held({ base: shoot, direction: shoot.direction });
	}

	/** The same sitter and seed from the other point of view, as it was left. */
	flip(intent: Intent): void {
		if (intent === this.intent) return;
		const left = this.#setup;
		this.intent = intent;
		this.#setup = this.#held(this.#other);
		this.#other = left;
		if (this.#lastSeed !== null) this.seed = this.#lastSeed;
	}

	/** Takes over what a link holds, locks and all. */
	adopt(shared: {
		direction: Direction;
		locked: readonly Axis[];
		seed: number;
		count: number;
		identityStrength: number;
	}): void {
		const base = shootOf(shared.direction) ?? null;
		if (base && base.intent !== this.intent) {
			this.#other = this.#setup;
			this.intent = base.intent;
		}
		this.#setup = { base, direction: shared.direction };
		this.#locked = shared.locked;
		this.setSeed(shared.seed);
		this.setCount(shared.count);
		this.setStrength(shared.identityStrength);
	}

	toggleLock(axis: Axis): void {
		this.#locked = this.#locked.includes(axis)
			? this.#locked.filter((other) => other !== axis)
			: [...this.#locked, axis];
	}

	/** Rolls every axis that is not locked. */
	roll(): void {
		const rolled = Object.fromEntries(
			AXES.map((axis) => [axis, VOCABULARY[axis][randomBelow(9)]!.id])
		) as Direction;
		this.#setup = this.#held({ base: null, direction: rolled });
	}

	setCount(count: number): void {
		this.count = Math.min(MAX_COUNT, Math.max(1, Math.round(count) || 1));
	}

	/** Out of range or not a number keeps the seed as it is. */
	setSeed(seed: number): void {
		if (Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED) this.seed = seed >>> 0;
		this.#lastSeed = null;
	}

	/** Four digits are enough to differ and short enough to write down. */
	newSeed(): void {
		this.setSeed(1000 + randomBelow(9000));
	}

	/** To be called when a shoot was started with the present seed. */
	advance(): void {
		this.#lastSeed = this.seed;
		if (!this.seedLocked) this.seed = (this.seed + this.count) >>> 0;
	}

	#named(direction: Direction): NamedShoot | null {
		const own = this.own().find((shoot) => sameDirection(shoot.direction, direction));
		return shootOf(direction) ?? own ?? null;
	}

	/** An own shoot under its present name; null once it was deleted. */
	#known({ id }: NamedShoot): NamedShoot | null {
		return [...SHOOTS, ...this.own()].find((shoot) => shoot.id === id) ?? null;
	}

	#held({ base, direction }: Setup): Setup {
		const held = Object.fromEntries(
			AXES.map((axis) => [
				axis,
				this.#locked.includes(axis) ? this.direction[axis] : direction[axis]
			])
		) as Direction;
		return { base, direction: held };
	}
}

function setupOf(id: string): Setup {
	const base = SHOOTS.find((shoot) => shoot.id === id)!;
	return { base, direction: base.direction };
}

function randomBelow(limit: number): number {
	return crypto.getRandomValues(new Uint32Array(1))[0]! % limit;
}
