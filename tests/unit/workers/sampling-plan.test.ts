import { isLuxError } from '$lib/contract/errors';
import { combineGuidance } from '$workers/engine/guidance';
import { planSampling, startIndex } from '$workers/engine/sampling-plan';
import { createScheduler } from '$workers/engine/schedulers/create';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const scheduler = createScheduler({ kind: 'flow-match-euler', config: {} });
const plan = (overrides: Partial<Parameters<typeof planSampling>[0]>) =>
	planSampling({ scheduler, steps: 8, guidanceScale: 1, previewEvery: 0, ...overrides });

const request = fc.record({
	steps: fc.integer({ min: 1, max: 60 }),
	strength: fc.option(fc.double({ min: 0.001, max: 1, noNaN: true }), { nil: undefined }),
	guidanceScale: fc.double({ min: 1, max: 12, noNaN: true }),
	previewEvery: fc.integer({ min: 0, max: 10 })
});

describe('planSampling', () => {
	it('runs a gapless tail of the schedule, at least one step', () => {
		fc.assert(
			fc.property(request, (r) => {
				const { steps, schedule } = plan(r);
				expect(steps.length).toBeGreaterThanOrEqual(1);
				expect(steps.at(-1)!.index).toBe(r.steps - 1);
				expect(steps.map((s) => s.index)).toEqual(steps.map((_, i) => steps[0]!.index + i));
				expect(steps.map((s) => s.number)).toEqual(steps.map((_, i) => i + 1));
				expect(schedule.timesteps).toHaveLength(r.steps);
				expect(schedule.sigmas).toHaveLength(r.steps + 1);
			})
		);
	});

	it('starts from pure noise without a strength and at strength 1', () => {
		fc.assert(
			fc.property(request, (r) => {
				expect(plan({ ...r, strength: undefined }).steps[0]!.index).toBe(0);
				expect(plan({ ...r, strength: 1 }).steps[0]!.index).toBe(0);
			})
		);
	});

	it('never runs fewer steps for more strength, and misses the asked share by half a step at most', () => {
		const strength = fc.double({ min: 0.001, max: 1, noNaN: true });
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 60 }), strength, strength, (steps, a, b) => {
				const [weak, strong] = a < b ? [a, b] : [b, a];
				expect(startIndex(steps, strong)).toBeLessThanOrEqual(startIndex(steps, weak));
				const run = steps - startIndex(steps, a);
				expect(Math.abs(run - steps * a)).toBeLessThanOrEqual(run === 1 ? 1 : 0.5);
			})
		);
	});

	it('counts one evaluation a step, two when guided', () => {
		fc.assert(
			fc.property(request, (r) => {
				const { steps, evaluations, guided } = plan(r);
				expect(guided).toBe(r.guidanceScale > 1);
				expect(evaluations).toBe(steps.length * (guided ? 2 : 1));
			})
		);
	});

	it('shows every n-th step and never the last', () => {
		fc.assert(
			fc.property(request, (r) => {
				const { steps } = plan(r);
				const shown = steps.filter((s) => s.preview).map((s) => s.number);
				const every = r.previewEvery;
				const expected = every === 0 ? 0 : Math.floor((steps.length - 1) / every);
				expect(shown).toEqual(Array.from({ length: expected }, (_, i) => (i + 1) * every));
			})
		);
	});

	it('plans the packs variations: eight steps at 0.35 and 0.6', () => {
		expect(plan({ strength: 0.35 }).steps.map((s) => s.index)).toEqual([5, 6, 7]);
		expect(plan({ strength: 0.6 }).steps.map((s) => s.index)).toEqual([3, 4, 5, 6, 7]);
	});

	it.each([
		{ strength: 0 },
		{ strength: 1.1 },
		{ strength: Number.NaN },
		{ guidanceScale: 0.5 },
		{ guidanceScale: Infinity },
		{ previewEvery: -1 },
		{ previewEvery: 1.5 },
		{ steps: 0 },
		{ steps: 2.5 },
		{ steps: 1001 }
	])('refuses %o', (bad) => {
		let thrown: unknown;
		try {
			plan(bad);
		} catch (error) {
			thrown = error;
		}
		expect(isLuxError(thrown, 'request-invalid')).toBe(true);
	});
});

describe('combineGuidance', () => {
	const array = fc.float32Array({
		noNaN: true,
		noDefaultInfinity: true,
		minLength: 3,
		maxLength: 3
	});

	it('gives the conditional answer at scale 1 and the unconditional one at 0', () => {
		fc.assert(
			fc.property(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }), (u, c) => {
				const [un, co] = [Float32Array.of(u), Float32Array.of(c)];
				expect(combineGuidance(un, co, 1)).toEqual(co);
				expect(combineGuidance(un, co, 0)).toEqual(un);
				expect(combineGuidance(un, co, 3)[0]).toBe(u + 3 * (c - u));
			})
		);
	});

	it('leaves its inputs alone and refuses different lengths', () => {
		fc.assert(
			fc.property(array, array, (u, c) => {
				const copy = u.slice();
				combineGuidance(u, c, 2);
				expect(u).toEqual(copy);
			})
		);
		expect(() => combineGuidance(new Float32Array(3), new Float32Array(4), 2)).toThrow('guidance');
	});
});
