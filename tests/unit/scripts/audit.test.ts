import { readArguments } from '../../../scripts/audit/arguments.mjs';
import { middleReport, readReport, table, verdict } from '../../../scripts/audit/summary.mjs';
import { describe, expect, it } from 'vitest';

describe('arguments of the audit', () => {
	it('ask for everything when there are none', () => {
		expect(readArguments([])).toEqual({
			build: true,
			pages: null,
			presets: ['desktop', 'mobile'],
			floor: 95,
			runs: 3
		});
	});

	it('name pages and presets', () => {
		const asked = [
			'--no-build',
			'--page',
			'team/',
			'--page',
			'',
			'--preset',
			'mobile',
			'--floor',
			'80',
			'--runs',
			'1'
		];
		expect(readArguments(asked)).toEqual({
			build: false,
			pages: ['team/', ''],
			presets: ['mobile'],
			floor: 80,
			runs: 1
		});
	});

	it('are refused in words when they make no sense', () => {
		expect(() => readArguments(['--preset', 'tablet'])).toThrow('there are desktop and mobile');
		expect(() => readArguments(['--floor', 'high'])).toThrow('0 to 100');
		expect(() => readArguments(['--runs', '0'])).toThrow('1 or more');
		expect(() => readArguments(['--runs', '1.5'])).toThrow('1 or more');
		expect(() => readArguments(['--fast'])).toThrow();
	});
});

const report = {
	categories: {
		performance: {
			score: 0.934,
			auditRefs: [
				{ id: 'total-blocking-time', weight: 30 },
				{ id: 'speed-index', weight: 10 },
				{ id: 'screenshot', weight: 0 }
			]
		},
		accessibility: { score: 1, auditRefs: [{ id: 'label', weight: 7 }] },
		'best-practices': { score: null, auditRefs: [{ id: 'csp-xss', weight: 0 }] }
	},
	audits: {
		'total-blocking-time': { score: 0.6, displayValue: '410 ms' },
		'speed-index': { score: 0.5 },
		screenshot: { score: 0 },
		label: { score: 1 }
	}
};
const clean = {
	page: '',
	preset: 'desktop',
	scores: { performance: 97, accessibility: 100, 'best-practices': 100 },
	weak: [],
	axe: []
};

describe('the summary of an audit', () => {
	it('reads scores and what costs points, the dearest first', () => {
		expect(readReport(report)).toEqual({
			scores: { performance: 93, accessibility: 100, 'best-practices': null },
			weak: ['total-blocking-time (410 ms)', 'speed-index']
		});
	});

	it('lists every page with what was found', () => {
		const text = table([clean, { ...clean, page: 'team/', axe: ['axe label at 390 px'] }]);
		const lines = text.split('\n');
		expect(lines[0]).toMatch(/^page +preset +performance +accessibility +best-practices +axe$/);
		expect(lines[2]).toMatch(/^\/ +desktop +97 +100 +100 +nothing$/);
		expect(lines[3]).toMatch(/^\/team\/ +desktop +97 +100 +100 +1$/);
		expect(lines[4]).toBe('    axe label at 390 px');
	});

	it('passes only when every page does, and says all of it in one line', () => {
		const { passed, line } = verdict([clean], 95);
		expect(passed).toBe(true);
		expect(line).not.toContain('\n');
		expect(JSON.parse(line)).toMatchObject({
			passed: true,
			lowest: { performance: 97, accessibility: 100, 'best-practices': 100 },
			axe: 0,
			pages: [{ page: '/', preset: 'desktop', performance: 97, axe: 0 }]
		});
		const slow = { ...clean, scores: { ...clean.scores, performance: 94 } };
		expect(verdict([clean, slow], 95).passed).toBe(false);
		expect(verdict([clean, { ...clean, axe: ['label'] }], 95).passed).toBe(false);
		const none = { ...clean, scores: { ...clean.scores, accessibility: null } };
		expect(verdict([none], 95).passed).toBe(false);
		expect(verdict([], 95).passed).toBe(false);
	});
});

describe('several runs of one page', () => {
	const of = (...performance: (number | null)[]) =>
		middleReport(
			performance.map((score) => ({
				scores: { performance: score, accessibility: 100, 'best-practices': 96 }
			}))
		).scores.performance;

	it('count as the middle one; of two as the lower', () => {
		expect(of(98, 87, 95)).toBe(95);
		expect(of(93)).toBe(93);
		expect(of(97, 94)).toBe(94);
	});

	it('put a run without a score below all others', () => {
		expect(of(null, 90, 99)).toBe(90);
		expect(of(null, null, 99)).toBeNull();
	});
});
