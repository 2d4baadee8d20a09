/** The call sheet: direction, locks, seed, count, strength. */
import {
	AXES,
	type Axis,
	type Direction,
	type Intent,
	type OptionId
} from '$lib/contract/direction';
import type { ImageSize } from '$lib/contract/manifest';
import { counterpartShoot, holdLocked, intentOf, otherIntent } from '$lib/direction/counterpart';
import { findShoot, sameDirection, SHOOTS, shootOf, type NamedShoot } from '$lib/direction/shoots';
import { VOCABULARY } from '$lib/direction/vocabulary';
import { History } from './history.svelte';

export const MAX_COUNT = 9;
const MAX_SEED = 0xffff_ffff;

interface Setup {
	/** The named shoot it started from; null after a roll. */
	base: NamedShoot | null;
	direction: Direction;
}

/** What an undone change brings back. */
interface Before {
	setup: Setup;
	intent: Intent;
	other: Setup | null;
	/** Null where the change left the seed alone: meanwhile it may have moved on with a shoot. */
	seed: number | null;
}

/** One side of a pair. */
export interface Side {
	/** As it stands on the sheet. */
	title: string;
	direction: Direction;
}

export class DirectionState {
	intent = $state<Intent>('editorial');
	seed = $state(1);
	/** Unlocked, the seed moves on with every shoot, so that shooting again gives new frames. */
	seedLocked = $state(false);
	count = $state(3);
	/** Size of the frames; null follows the pack. */
	size = $state.raw<ImageSize | null>(null);
	/** Strength of the identity adapter, 0..1; null follows the pack. */
	#strength = $state<number | null>(null);
	#setup = $state.raw<Setup>(setupOf(findShoot('rooftop-dusk')!));
	#locked = $state.raw<readonly Axis[]>([]);
	/** What the other intent looked like when it was left; null until a flip, and after a fresh start. */
	#other = $state.raw<Setup | null>(null);
	#lastSeed: number | null = null;
	readonly #history = new History<Before>();

	/**
	 * @param own the person's own shoots, which have names as the twelve have
	 * @param start what is on the sheet at first, instead of Rooftop Dusk
	 */
	constructor(
		private readonly own: () => readonly NamedShoot[] = () => [],
		start?: NamedShoot
	) {
		if (!start) return;
		this.#setup = setupOf(start);
		this.intent = start.intent;
	}

	get direction(): Direction {
		return this.#setup.direction;
	}

	/** The named shoot this is, or else the one it started from. */
	get base(): NamedShoot | null {
		return this.#baseOf(this.#setup);
	}

	/** Axes that no longer are as the named shoot has them. */
	get changed(): readonly Axis[] {
		const { base, direction } = this;
		return base ? AXES.filter((axis) => base.direction[axis] !== direction[axis]) : [];
	}

	/** As it stands on the sheet and in file names. */
	get title(): string {
		return this.#titleOf(this.#setup);
	}

	/** The present direction and its counterpart: what a flip goes to and fro between. */
	get pair(): Record<Intent, Side> {
		const here = { title: this.title, direction: this.direction };
		const other = this.#counterpart();
		const there = { title: this.#titleOf(other), direction: other.direction };
		return this.intent === 'headshot'
			? { headshot: here, editorial: there }
			: { headshot: there, editorial: here };
	}

	/** With all six axes locked both sides of a pair are the same. */
	get canFlip(): boolean {
		return this.#locked.length < AXES.length;
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

	/** Whether a choice, a shoot, a flip, a roll or a link can be taken back. Locks and numbers are not part of it. */
	get canUndo(): boolean {
		return this.#history.any;
	}

	/** The direction as it was before the last change. */
	undo(): void {
		const before = this.#history.back();
		if (!before) return;
		this.#setup = before.setup;
		this.#begin(before.intent, before.other);
		if (before.seed !== null) this.seed = before.seed;
	}

	/** @param option null for photographer's choice */
	choose(axis: Axis, option: OptionId | null): void {
		if (this.direction[axis] === option) return;
		this.#keep();
		const direction = { ...this.direction, [axis]: option };
		this.#setup = { ...this.#setup, direction };
		// Choice by choice one may arrive at a shoot of the other intent.
		const named = this.#named(direction);
		if (named && named.intent !== this.intent) this.#begin(named.intent);
	}

	/** A named shoot; locked axes hold. */
	apply(shoot: NamedShoot): void {
		const setup = this.#held({ base: shoot, direction: shoot.direction });
		const fresh = shoot.id !== this.base?.id;
		if (fresh || !sameDirection(setup.direction, this.direction)) this.#keep();
		if (fresh) this.#begin(shoot.intent);
		this.#setup = setup;
	}

	/** The same sitter and seed from the other point of view: as it was left, or else the counterpart. */
	flip(intent: Intent = otherIntent(this.intent)): void {
		if (intent === this.intent || !this.canFlip) return;
		this.#keep(this.seed);
		const left = this.#setup;
		this.#setup = this.#counterpart();
		this.intent = intent;
		this.#other = left;
		if (this.#lastSeed !== null) this.seed = this.#lastSeed;
	}

	/**
	 * Takes over what a link holds, locks and all.
	 * @param shared with a counterpart, `direction` is the headshot of the pair
	 */
	adopt(shared: {
		direction: Direction;
		counterpart: Direction | null;
		locked: readonly Axis[];
		seed: number;
		count: number;
		identityStrength: number;
	}): void {
		const { direction, counterpart } = shared;
		this.#keep(this.seed);
		const base = shootOf(direction) ?? null;
		this.#begin(
			counterpart ? 'headshot' : (base?.intent ?? intentOf(direction, this.intent)),
			counterpart && { base: shootOf(counterpart) ?? null, direction: counterpart }
		);
		this.#setup = { base, direction };
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
		this.#keep();
		this.#begin(this.intent);
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

	/**
	 * To be called when a shoot was started with the present seed.
	 * @param seeds how many it uses: a pair has one for both frames
	 */
	advance(seeds = this.count): void {
		this.#lastSeed = this.seed;
		if (!this.seedLocked) this.seed = (this.seed + seeds) >>> 0;
	}

	#keep(seed: number | null = null): void {
		this.#history.keep({ setup: this.#setup, intent: this.intent, other: this.#other, seed });
	}

	/** A fresh start: what was left on the other side no longer belongs to it. */
	#begin(intent: Intent, other: Setup | null = null): void {
		this.intent = intent;
		this.#other = other;
	}

	#counterpart(): Setup {
		if (this.#other) return this.#held(this.#other);
		const shoot = counterpartShoot(this.direction, this.intent, this.base);
		return this.#held({ base: shoot, direction: shoot.direction });
	}

	#baseOf({ base, direction }: Setup): NamedShoot | null {
		const start = base && this.#known(base);
		if (start && sameDirection(start.direction, direction)) return start;
		return this.#named(direction) ?? start;
	}

	#titleOf(setup: Setup): string {
		return this.#baseOf(setup)?.name ?? 'Your own';
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
		return { base, direction: holdLocked(this.direction, direction, this.#locked) };
	}
}

function setupOf(base: NamedShoot): Setup {
	return { base, direction: base.direction };
}

function randomBelow(limit: number): number {
	return crypto.getRandomValues(new Uint32Array(1))[0]! % limit;
}
