import { AXES, type Direction, type Intent } from '$lib/contract/direction';
import { parseDirection, UNDIRECTED } from '$lib/direction/compile';
import {
	counterpartShoot,
	holdLocked,
	intentOf,
	nearestShoot,
	otherIntent
} from '$lib/direction/counterpart';
import { findShoot, SHOOTS } from '$lib/direction/shoots';
import { VOCABULARY } from '$lib/direction/vocabulary';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const directions = fc
	.record(
		Object.fromEntries(
			AXES.map((axis) => [axis, fc.constantFrom(null, ...VOCABULARY[axis].map(({ id }) => id))])
		)
	)
	.map((value) => value as unknown as Direction);
const intents = fc.constantFrom<Intent>('headshot', 'editorial');
const answer = (name: string) => {
	const shoot = findShoot(name)!;
	return counterpartShoot(shoot.direction, shoot.intent, shoot).name;
};

describe('the counterpart', () => {
	it('of a named shoot has the other intent; four pairs go to and fro', () => {
		for (const { name, intent } of SHOOTS)
			expect(findShoot(answer(name))!.intent).toBe(otherIntent(intent));
		for (const name of ['Directory', 'Badge', 'Team Page', 'Speaker'])
			expect(answer(answer(name))).toBe(name);
		expect(answer('Rooftop Dusk')).toBe('Directory');
		expect(answer('Masthead')).toBe('Speaker');
	});

	it('of the pairs with one framing keeps it, so that the two can be compared', () => {
		for (const name of ['Team Page', 'Speaker'])
			expect(findShoot(answer(name))!.direction.framing).toBe(findShoot(name)!.direction.framing);
	});

	it('of a free direction is that of the named shoot it shares most with', () => {
		const nearNoir = parseDirection('F2,S8,Y6,M5,P1,L7');
		expect(nearestShoot(nearNoir, SHOOTS).name).toBe('Neon Noir');
		expect(counterpartShoot(nearNoir, 'editorial').name).toBe('Team Page');
	});

	it('goes by the shoot a direction started from, however much was changed', () => {
		const changed = { ...findShoot('Badge')!.direction, framing: 'F5', setting: 'S4' } as const;
		expect(counterpartShoot(changed, 'editorial', findShoot('Author')).name).toBe('Speaker');
		// A base of the other intent is no start for this side.
		expect(counterpartShoot(changed, 'editorial', findShoot('Badge')).intent).toBe('headshot');
	});

	it('exists for every direction, and holds locked axes', () => {
		fc.assert(
			fc.property(directions, intents, fc.subarray([...AXES]), (direction, intent, locked) => {
				const shoot = counterpartShoot(direction, intent);
				expect(shoot.intent).toBe(otherIntent(intent));
				const held = holdLocked(direction, shoot.direction, locked);
				for (const axis of AXES)
					expect(held[axis]).toBe((locked.includes(axis) ? direction : shoot.direction)[axis]);
			})
		);
	});
});

describe('the intent of a free direction', () => {
	it('is that of what it is most like, and stays where nothing tells', () => {
		expect(intentOf(parseDirection('F1,S1,Y1,M1'), 'editorial')).toBe('headshot');
		expect(intentOf(parseDirection('S8,M5,L7'), 'headshot')).toBe('editorial');
		expect(intentOf(UNDIRECTED, 'headshot')).toBe('headshot');
		expect(intentOf(UNDIRECTED, 'editorial')).toBe('editorial');
	});
});
