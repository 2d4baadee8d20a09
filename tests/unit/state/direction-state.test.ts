import { AXES } from '$lib/contract/direction';
import { formatDirection } from '$lib/direction/compile';
import { SHOOTS, findShoot } from '$lib/direction/shoots';
import { DirectionState } from '$lib/state/direction.svelte';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('DirectionState', () => {
	it('opens on Rooftop Dusk, fully directed', () => {
		const state = new DirectionState();
		expect(state.title).toBe('Rooftop Dusk');
		expect(formatDirection(state.direction)).toBe('F5,S4,Y7,M9,P7,L4');
		expect(state.changed).toEqual([]);
	});

	it('flips to the other intent and back without losing what was changed', () => {
		const state = new DirectionState();
		state.choose('look', 'L3');
		state.flip('headshot');
		expect(state.title).toBe('Directory');
		state.choose('setting', null);
		state.flip('editorial');
		expect(formatDirection(state.direction)).toBe('F5,S4,Y7,M9,P7,L3');
		expect(state.changed).toEqual(['look']);
		state.flip('headshot');
		expect(state.direction.setting).toBeNull();
	});

	it('flips to the counterpart of what it is now', () => {
		const state = new DirectionState();
		state.apply(findShoot('Author')!);
		state.flip();
		expect(state.title).toBe('Speaker');
		state.apply(findShoot('Team Page')!);
		state.flip();
		expect(state.title).toBe('Sunlit Studio');
		expect(state.intent).toBe('editorial');
	});

	it('pairs what is on the sheet with where a flip would lead', () => {
		const state = new DirectionState();
		state.choose('look', 'L3');
		const { pair } = state;
		expect(pair.editorial).toEqual({ title: 'Rooftop Dusk', direction: state.direction });
		expect(pair.headshot.title).toBe('Directory');
		state.flip();
		expect(state.direction).toEqual(pair.headshot.direction);
		expect(state.pair).toEqual(pair);
		state.roll();
		expect(state.pair.headshot.title).toBe('Your own');
	});

	it('takes back choices, shoots, flips and rolls, one by one', () => {
		const state = new DirectionState();
		expect(state.canUndo).toBe(false);
		const seen: unknown[] = [];
		const now = () => ({ title: state.title, direction: state.direction, intent: state.intent });
		for (const act of [
			() => state.choose('look', 'L3'),
			() => state.flip(),
			() => state.roll(),
			() => state.apply(findShoot('Badge')!),
			() => state.choose('mood', null)
		]) {
			seen.push(now());
			act();
		}
		for (const before of seen.toReversed()) {
			state.undo();
			expect(now()).toEqual(before);
		}
		expect(state.canUndo).toBe(false);
		state.undo();
		expect(now()).toEqual(seen[0]);
	});

	it('has nothing to take back after a choice that was already made', () => {
		const state = new DirectionState();
		state.choose('look', state.direction.look);
		expect(state.canUndo).toBe(false);
	});

	it('takes a seed back with the flip that changed it, and with nothing else', () => {
		const state = new DirectionState();
		state.setSeed(100);
		state.advance();
		state.flip();
		expect(state.seed).toBe(100);
		state.undo();
		expect(state.seed).toBe(103);
		state.roll();
		state.advance();
		state.undo();
		expect(state.seed).toBe(106);
	});

	it('does not flip while all six are locked: both sides would be the same', () => {
		const state = new DirectionState();
		for (const axis of AXES) state.toggleLock(axis);
		expect(state.canFlip).toBe(false);
		state.flip();
		expect(state.intent).toBe('editorial');
	});

	it('takes on the intent of the shoot one arrives at choice by choice', () => {
		const state = new DirectionState();
		const { direction } = findShoot('Badge')!;
		for (const axis of AXES) state.choose(axis, direction[axis]);
		expect(state.title).toBe('Badge');
		expect(state.intent).toBe('headshot');
	});

	it('flips back to the seed that was shot, so that the pair matches', () => {
		const state = new DirectionState();
		state.setSeed(100);
		state.advance();
		expect(state.seed).toBe(103);
		state.flip('headshot');
		expect(state.seed).toBe(100);
	});

	it('holds locked axes through shoots, flips and rolls', () => {
		fc.assert(
			fc.property(
				fc.subarray([...AXES]),
				fc.array(fc.constantFrom('roll', 'flip', ...SHOOTS.map(({ id }) => id))),
				(locked, acts) => {
					const state = new DirectionState();
					for (const axis of locked) state.toggleLock(axis);
					const before = state.direction;
					for (const act of acts) {
						if (act === 'roll') state.roll();
						else if (act === 'flip')
							state.flip(state.intent === 'headshot' ? 'editorial' : 'headshot');
						else state.apply(findShoot(act)!);
						for (const axis of locked) expect(state.direction[axis]).toBe(before[axis]);
						for (const axis of AXES) expect(state.direction[axis]).not.toBeNull();
					}
				}
			)
		);
	});

	it('keeps count and seed in range whatever is typed', () => {
		fc.assert(
			fc.property(fc.double(), (typed) => {
				const state = new DirectionState();
				state.setCount(typed);
				state.setSeed(typed);
				expect(state.count).toBeGreaterThanOrEqual(1);
				expect(state.count).toBeLessThanOrEqual(9);
				expect(Number.isInteger(state.seed)).toBe(true);
				expect(state.seed >>> 0).toBe(state.seed);
			})
		);
	});

	it('moves the seed on by the frames shot, unless it is locked', () => {
		const state = new DirectionState();
		state.setSeed(0xffff_fffe);
		state.setCount(4);
		state.advance();
		expect(state.seed).toBe(2);
		state.seedLocked = true;
		state.advance();
		expect(state.seed).toBe(2);
	});
});
