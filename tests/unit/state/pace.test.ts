import { Pace } from '$lib/state/pace.svelte';
import { describe, expect, it } from 'vitest';

describe('Pace', () => {
	it('says nothing before anything was measured', () => {
		expect(new Pace().left(0, 8, 2)).toBeNull();
	});

	it('counts the steps that are left at the measured speed', () => {
		const pace = new Pace();
		pace.step(1000);
		expect(pace.left(1, 8, 0)).toBe(7000);
		expect(pace.left(1, 8, 2)).toBe(7000 + 2 * 8000);
	});

	it('adds what a frame costs outside its steps once one was finished', () => {
		const pace = new Pace();
		pace.frame({ stages: [], steps: [100, 100], totalMilliseconds: 500 });
		expect(pace.left(0, 2, 1)).toBe(1000);
	});

	it('is not thrown off by one slow step', () => {
		const pace = new Pace();
		for (const time of [100, 100, 9000, 100, 100]) pace.step(time);
		expect(pace.left(0, 10, 0)).toBe(1000);
	});
});
