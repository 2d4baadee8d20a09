import { DUPLICATE_BITS } from '$lib/state/duplicates';
import { describe, expect, it } from 'vitest';
import * as duplicates from '../../../scripts/sitter-eval/duplicates.mjs';
import {
	areaUnderCurve,
	likenessScale,
	quantile,
	remarkFigures
} from '../../../scripts/sitter-eval/measures.mjs';
import { divide, identifications, pairs, rankOne } from '../../../scripts/sitter-eval/trials.mjs';

describe('measures', () => {
	it('counts how often a positive scores higher, ties half', () => {
		expect(areaUnderCurve([3, 4], [1, 2])).toBe(1);
		expect(areaUnderCurve([1, 2], [3, 4])).toBe(0);
		expect(areaUnderCurve([1, 1], [1, 1])).toBe(0.5);
		expect(areaUnderCurve([2, 3], [1, 2])).toBe(0.875);
	});
	it('interpolates quantiles', () => {
		expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
		expect(quantile([1, 2, 3], 1)).toBe(3);
	});
	it('holds remarks on good pictures against precision, and leaves faces that were not found out', () => {
		expect(
			remarkFigures([
				{ fault: 'dark', said: ['dark', 'blurred'] },
				{ fault: 'dark', said: [] },
				{ fault: null, said: ['blurred'] },
				{ fault: 'turned', said: null }
			])
		).toEqual({ precision: 0.5, recall: 0.5 });
	});
	it('keeps the steps of a scale in order even where strangers score higher than most own faces', () => {
		const { close, near, distant } = likenessScale({
			genuine: [0.1, 0.2],
			strangers: [0.3, 0.9],
			pairs: [0.5]
		});
		expect(close).toBe(near);
		expect(near).toBeGreaterThan(distant);
	});
	it('calls nobody a stranger who comes closer than most strangers do', () => {
		const strangers = Array.from({ length: 101 }, (_, i) => i / 200);
		const far = likenessScale({ genuine: [0.9], strangers, pairs: [0.8, 0.9] });
		expect(far.stranger).toBe(far.distant);
		// Where a sitter's own pictures fall below that, they decide.
		const loose = likenessScale({ genuine: [0.9], strangers, pairs: [0.2, 0.9] });
		expect(loose.stranger).toBeLessThan(loose.distant);
	});
});

describe('trials', () => {
	const photos = [1, 2].flatMap((sitter) =>
		Array.from({ length: 8 }, (_, i) => ({ sitter, handle: sitter * 100 + i }))
	);
	const sitters = new Map(
		[1, 2].map((id) => [id, photos.filter((p) => p.sitter === id).map((p) => p.handle)])
	);

	it('never compares a probe with itself', () => {
		for (let turn = 0; turn < 8; turn++) {
			const { probes, references } = divide(sitters.get(1)!, turn);
			expect([...probes, ...references].toSorted()).toEqual(sitters.get(1));
		}
		for (const { probe, references } of identifications(sitters, 5))
			expect(references).not.toContain(probe);
	});
	it('takes every pair once', () => {
		const all = pairs(photos);
		expect(all).toHaveLength(120);
		expect(all.filter(({ same }) => same)).toHaveLength(56);
	});
	it('counts a probe as found when its own sitter scores best', () => {
		const trials = identifications(sitters, 3);
		expect(
			rankOne(
				trials,
				trials.map(({ same }) => (same ? 1 : 0))
			)
		).toBe(1);
		expect(
			rankOne(
				trials,
				trials.map(({ same }) => (same ? 0 : 1))
			)
		).toBe(0);
	});
});

it('calls the same pictures duplicates as the app does', () => {
	expect(duplicates.DUPLICATE_BITS).toBe(DUPLICATE_BITS);
	const again = duplicates.duplicatesOf([
		{ file: 'a', sitter: 1, fault: null, fingerprint: 'ffff0000ffff0000' },
		{ file: 'b', sitter: 1, fault: 'dark', fingerprint: '00000000ffffffff' },
		{ file: 'c', sitter: 1, fault: 'duplicate', fingerprint: 'ffff0000ffff001f' },
		{ file: 'd', sitter: 2, fault: 'duplicate', fingerprint: 'ffff0000ffff0000' }
	]);
	expect([...again]).toEqual(['c']);
});
