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
