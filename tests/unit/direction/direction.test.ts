import { AXES, AXIS_LETTER, type Axis, type Direction } from '$lib/contract/direction';
import { isLuxError } from '$lib/contract/errors';
import {
	compileDirection,
	compilePrompt,
	describeDirection,
	formatDirection,
	parseDirection,
	UNDIRECTED
} from '$lib/direction/compile';
import { SHOOTS, findShoot, shootOf } from '$lib/direction/shoots';
import { OPTIONS, VOCABULARY, findOption } from '$lib/direction/vocabulary';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const axisValue = <A extends Axis>(axis: A) =>
	fc.constantFrom(...VOCABULARY[axis].map(({ id }) => id), null);
const directions: fc.Arbitrary<Direction> = fc.record({
	framing: axisValue('framing'),
	setting: axisValue('setting'),
	styling: axisValue('styling'),
	mood: axisValue('mood'),
	pose: axisValue('pose'),
	look: axisValue('look')
});
const isSet = (direction: Direction) => AXES.some((axis) => direction[axis] !== null);

function detailOf(text: string): string {
	try {
		parseDirection(text);
	} catch (error) {
		if (isLuxError(error, 'request-invalid')) return error.params.detail;
		throw error;
	}
	throw new Error(`accepted ${text}`);
}

describe('vocabulary', () => {
	it('has nine options with unique names on each of six axes', () => {
		expect(OPTIONS).toHaveLength(54);
		for (const axis of AXES) {
			const ids = VOCABULARY[axis].map(({ id }) => id);
			expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `${AXIS_LETTER[axis]}${n}`));
			expect(new Set(VOCABULARY[axis].map(({ name }) => name)).size).toBe(9);
		}
	});

	it('writes meanings without a full stop', () => {
		for (const { meaning, fragment } of OPTIONS) {
			expect(meaning).toMatch(/[^.]$/);
			expect(fragment).not.toBe('');
		}
	});
});

describe('shoots', () => {
	it('are twelve, four of them headshots, each fully directed and found again', () => {
		expect(SHOOTS).toHaveLength(12);
		expect(SHOOTS.filter(({ intent }) => intent === 'headshot')).toHaveLength(4);
		for (const shoot of SHOOTS) {
			for (const id of Object.values(shoot.direction)) expect(findOption(String(id))).toBeDefined();
			expect(shootOf(shoot.direction)).toBe(shoot);
			expect(findShoot(shoot.name.toUpperCase())).toBe(shoot);
		}
	});

	it('spells Rooftop Dusk as the product page does', () => {
		expect(formatDirection(findShoot('rooftop-dusk')!.direction)).toBe('F5,S4,Y7,M9,P7,L4');
	});
});

describe('compileDirection', () => {
	it('gives the option digit minus one, and 9 where unset', () => {
		expect([...compileDirection(parseDirection('F5,S4,Y7,M9,P7,L4'))]).toEqual([4, 3, 6, 8, 6, 3]);
		expect([...compileDirection(UNDIRECTED)]).toEqual([9, 9, 9, 9, 9, 9]);
	});

	it('is injective: another direction never compiles to the same ids', () => {
		fc.assert(
			fc.property(directions, directions, (a, b) => {
				const same = formatDirection(a) === formatDirection(b);
				expect(compileDirection(a).join() === compileDirection(b).join()).toBe(same);
			})
		);
	});
});

describe('parseDirection', () => {
	it('undoes formatDirection, in any order, case and spacing', () => {
		fc.assert(
			fc.property(directions.filter(isSet), fc.infiniteStream(fc.nat()), (direction, order) => {
				const keys = new Map<string, number>();
				const words = formatDirection(direction).split(',');
				for (const word of words) keys.set(word, order.next().value);
				const shuffled = words.toSorted((a, b) => keys.get(a)! - keys.get(b)!);
				expect(parseDirection(shuffled.join(' , ').toLowerCase())).toEqual(direction);
			})
		);
	});

	it('never accepts what is not a list of options', () => {
		const known = new Set<string>(OPTIONS.map(({ id }) => id));
		fc.assert(
			fc.property(fc.string({ minLength: 1 }), (text) => {
				const words = text.split(',').map((word) => word.trim().toUpperCase());
				fc.pre(words.some((word) => word !== '' && !known.has(word)));
				expect(detailOf(text)).not.toBe('');
			})
		);
	});

	it('names what is wrong', () => {
		expect(detailOf(' , ')).toContain('at least one option');
		expect(detailOf('F5,Q3')).toContain('"Q3"');
		expect(detailOf('F0')).toContain('"F0"');
		expect(detailOf('F5,S1,F6')).toContain('framing is named twice: F5 and F6');
		expect(detailOf('__proto__')).toContain('__PROTO__');
	});
});

describe('words', () => {
	it('keeps the prompt order and says nothing about unset axes', () => {
		expect(compilePrompt(parseDirection('L2,P4,F4'))).toBe(
			'medium close-up, 85mm f/1.8, three-quarter view, Kodak Portra 400, film grain'
		);
		expect(compilePrompt(UNDIRECTED)).toBe('');
		expect(compilePrompt(UNDIRECTED, ' round glasses ')).toBe('round glasses');
		const told = compilePrompt(parseDirection('L2,F4'), 'round glasses');
		expect(told).toBe(`${compilePrompt(parseDirection('L2,F4'))}, round glasses`);
	});

	it('stays far below the 77 tokens at which CLIP cuts', () => {
		fc.assert(
			fc.property(directions, (direction) => {
				// Every word, digit group and mark counted as a token, doubled for rare words.
				expect((compilePrompt(direction).match(/\w+|[^\s\w]/g) ?? []).length * 1.5).toBeLessThan(
					75
				);
			})
		);
	});

	it('describes every set axis in one sentence', () => {
		expect(describeDirection(parseDirection('F5,S4,L3'))).toBe(
			'Half-length, rooftop at dusk, Tri-X.'
		);
		expect(describeDirection(UNDIRECTED)).toContain("photographer's choice");
	});
});
