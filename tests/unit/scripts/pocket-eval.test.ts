import { describe, expect, it } from 'vitest';
import {
	chooseVaried,
	directionOf,
	optionIds,
	planRequests
} from '../../../scripts/pocket-eval/requests.mjs';

const SITTERS = Array.from({ length: 16 }, (_, i) => 1_000_100 + i);
const plan = planRequests(SITTERS, 9, [0, 0.5, 1], 2, chooseVaried(SITTERS, []));
const group = (name: string) => plan.filter((request) => request.group === name);

describe('what pocket:eval shoots', () => {
	it('asks for every option of every axis equally often', () => {
		const full = group('strength-1');
		for (let axis = 0; axis < 6; axis++) {
			const counts = Array.from({ length: 9 }, () => 0);
			for (const { options } of full) counts[options[axis] ?? -1]! += 1;
			expect(counts).toEqual(Array.from({ length: 9 }, () => 16));
		}
	});

	it('does not let two axes go together', () => {
		const directions = Array.from({ length: 81 }, (_, i) => directionOf(i));
		for (let a = 0; a < 6; a++)
			for (let b = 0; b < a; b++) {
				const pairs = new Set(directions.map((d) => `${d[a]} ${d[b]}`));
				expect(pairs.size, `axes ${a} and ${b}`).toBeGreaterThan(26);
			}
	});

	it('gives each sitter as many portraits, and strengths the same seeds and directions', () => {
		for (const sitter of SITTERS)
			expect(group('strength-0').filter((request) => request.sitter === sitter)).toHaveLength(9);
		const essence = (name: string) =>
			group(name).map(({ sitter, seed, options }) => ({ sitter, seed, options }));
		expect(essence('strength-0')).toEqual(essence('strength-1'));
		expect(essence('direction-off')).toEqual(essence('strength-1'));
		expect(group('direction-off').every(({ told }) => !told)).toBe(true);
	});

	it('shoots headshot and editorial of everyone from the same seeds', () => {
		const essence = (name: string) => group(name).map(({ sitter, seed }) => ({ sitter, seed }));
		expect(essence('headshot')).toHaveLength(2 * SITTERS.length);
		expect(essence('editorial')).toEqual(essence('headshot'));
		expect(optionIds(group('headshot')[0]!.options)).toBe('F1,S1,Y1,M1,P2,L1');
		expect(optionIds(group('editorial')[0]!.options)).toBe('F5,S4,Y7,M9,P7,L4');
	});

	it('shoots the same again in four steps', () => {
		const essence = (name: string) =>
			group(name).map(({ sitter, seed, options, strength }) => ({
				sitter,
				seed,
				options,
				strength
			}));
		expect(essence('four-steps')).toEqual(essence('strength-1'));
		for (const request of plan)
			expect('steps' in request ? request.steps : null).toBe(
				request.group === 'four-steps' ? 4 : null
			);
	});

	it('varies the seed alone, of eight sitters or of those that were rendered', () => {
		const shots = group('variety');
		expect(shots).toHaveLength(32);
		expect(new Set(shots.map(({ seed }) => seed)).size).toBe(32);
		const cases = shots.map(({ sitter, options }) => `${sitter} ${options.join()}`);
		expect(new Set(cases).size).toBe(8);
		const options = [1, 2, 3, 4, 5, 6];
		const label = (name: string, sitter: number) => ({ group: name, sitter, options });
		const renders = [
			...[label('variety', SITTERS[2]!), label('variety', SITTERS[2]!)],
			...[label('directed', SITTERS[3]!), label('variety', 5)]
		];
		expect(chooseVaried(SITTERS, renders)).toEqual([{ sitter: SITTERS[2], options }]);
	});

	it('names files and options as the app does', () => {
		expect(new Set(plan.map(({ file }) => file)).size).toBe(plan.length);
		expect(optionIds([0, 1, 2, 3, 4, 8])).toBe('F1,S2,Y3,M4,P5,L9');
	});
});
