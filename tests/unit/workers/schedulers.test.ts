/** What holds for every sampler; the numbers themselves are checked in tests/golden/schedulers.test.ts. */
import { isLuxError } from '$lib/contract/errors';
import { gaussianNoise } from '$workers/engine/rng';
import { createScheduler } from '$workers/engine/schedulers/create';
import type { SchedulerSpec } from '$workers/engine/schedulers/config';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const specs: SchedulerSpec[] = [
	{ kind: 'flow-match-euler', config: { shift: 3 } },
	{ kind: 'flow-match-euler', config: { timestep_spacing: 'linspace' } },
	{ kind: 'ddim', config: { clip_sample: false } },
	{ kind: 'ddim', config: { clip_sample: false, timestep_spacing: 'trailing' } },
	{ kind: 'ddim', config: { clip_sample: false, timestep_spacing: 'linspace' } },
	{ kind: 'lcm', config: {} },
	{ kind: 'euler', config: {} },
	{ kind: 'euler', config: { use_karras_sigmas: true, timestep_spacing: 'trailing' } },
	{ kind: 'dpmpp-2m', config: {} },
	{ kind: 'dpmpp-2m', config: { use_karras_sigmas: true } },
	{
		kind: 'dpmpp-2m',
		config: { use_flow_sigmas: true, prediction_type: 'flow_prediction', flow_shift: 3 }
	}
];
const length = 32;
const clean = gaussianNoise(1, 0, length);
const noise = gaussianNoise(2, 0, length);

/** The answer a perfect model gives: the noise, or for flow matching the velocity. */
function truth(spec: SchedulerSpec): Float32Array {
	const flows = spec.kind === 'flow-match-euler' || spec.config.use_flow_sigmas === true;
	return flows ? noise.map((n, i) => n - clean[i]!) : noise;
}

function distance(a: Float32Array, b: Float32Array): number {
	return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);
}

describe.each(specs.map((spec) => [`${spec.kind} ${JSON.stringify(spec.config)}`, spec] as const))(
	'%s',
	(_, spec) => {
		const scheduler = createScheduler(spec);

		it('has falling noise levels and timesteps for every step count', () => {
			fc.assert(
				fc.property(fc.integer({ min: 1, max: 50 }), (steps) => {
					const { timesteps, sigmas, initNoiseSigma } = scheduler.schedule(steps);
					expect(timesteps).toHaveLength(steps);
					expect(sigmas).toHaveLength(steps + 1);
					expect(initNoiseSigma).toBeGreaterThan(0);
					expect(sigmas.at(-1)).toBe(0);
					for (let i = 0; i < steps; i++) {
						expect(sigmas[i + 1]!).toBeLessThan(sigmas[i]!);
						if (i > 0) expect(timesteps[i]!).toBeLessThan(timesteps[i - 1]!);
					}
				})
			);
		});

		it('finds the clean latents when the model knows the noise, from any start', () => {
			fc.assert(
				fc.property(fc.integer({ min: 2, max: 20 }), fc.nat(100), (steps, from) => {
					const schedule = scheduler.schedule(steps);
					const index = from % steps;
					const sample = scheduler.addNoise(clean, noise, schedule, index);
					const out = scheduler.step({
						schedule,
						index,
						sample,
						modelOutput: truth(spec),
						noise
					});
					// LCM's boundary condition mixes in a little of the sample near timestep 0.
					const tolerance = spec.kind === 'lcm' ? 0.15 : 0.02;
					expect(distance(out.predictedOriginal, clean)).toBeLessThan(tolerance);
				})
			);
		});

		it('lands on the next noise level, where the model is next asked', () => {
			if (spec.kind === 'lcm') return; // mixes in a little of the sample: no exact landing
			const schedule = scheduler.schedule(9);
			let sample = scheduler.addNoise(clean, noise, schedule, 0);
			let history: readonly Float32Array[] | undefined;
			for (let index = 0; index < 9; index++) {
				const out = scheduler.step({
					schedule,
					index,
					sample,
					modelOutput: truth(spec),
					history
				});
				history = out.history;
				sample = out.sample;
				const expected = index < 8 ? scheduler.addNoise(clean, noise, schedule, index + 1) : clean;
				const scale = Math.max(1, ...expected.map(Math.abs));
				expect(distance(sample, expected) / scale).toBeLessThan(0.02);
			}
		});

		it('changes none of its arguments and repeats itself', () => {
			const schedule = scheduler.schedule(6);
			const sample = noise.slice();
			const modelOutput = clean.slice();
			const once = scheduler.step({ schedule, index: 2, sample, modelOutput, noise });
			const again = scheduler.step({ schedule, index: 2, sample, modelOutput, noise });
			expect(again).toEqual(once);
			expect(sample).toEqual(noise);
			expect(modelOutput).toEqual(clean);
			scheduler.scaleModelInput(sample, schedule, 0);
			expect(sample).toEqual(noise);
			expect(schedule).toEqual(scheduler.schedule(6));
		});

		it('refuses a step that is not in the table, lengths that differ, step counts out of range', () => {
			const schedule = scheduler.schedule(4);
			const step = (index: number, modelOutput: Float32Array) =>
				scheduler.step({ schedule, index, sample: clean, modelOutput, noise });
			for (const run of [
				() => step(4, noise),
				() => step(-1, noise),
				() => step(0.5, noise),
				() => step(0, new Float32Array(3)),
				() => scheduler.schedule(0),
				() => scheduler.schedule(1.5),
				() => scheduler.schedule(5000)
			])
				expect(codeOf(run)).toBe('request-invalid');
		});
	}
);

describe('LCM', () => {
	it('asks for noise on every step but the last, and says so when it is missing', () => {
		const scheduler = createScheduler({ kind: 'lcm', config: {} });
		const schedule = scheduler.schedule(4);
		const asked = [0, 1, 2, 3].map((index) => scheduler.needsNoise(schedule, index));
		expect(asked).toEqual([true, true, true, false]);
		const step = (index: number) =>
			scheduler.step({ schedule, index, sample: noise, modelOutput: clean });
		expect(codeOf(() => step(0))).toBe('request-invalid');
		expect(codeOf(() => step(3))).toBeUndefined();
	});
});

describe('createScheduler', () => {
	it.each([
		{ kind: 'ddim', config: { beta_strat: 0.1 } },
		{ kind: 'ddim', config: { beta_start: 'low' } },
		{ kind: 'ddim', config: { beta_start: 0 } },
		{ kind: 'euler', config: { timestep_spacing: 'random' } },
		{ kind: 'flow-match-euler', config: { shift: 0 } },
		{ kind: 'flow-match-euler', config: { shift: Number.NaN } },
		{ kind: 'flow-match-euler', config: { num_train_timesteps: 10.5 } },
		{ kind: 'lcm', config: { original_inference_steps: 2000 } },
		{ kind: 'dpmpp-2m', config: { solver_order: 3 } },
		{ kind: 'dpmpp-2m', config: { flow_shift: 0 } },
		{ kind: 'dpmpp-2m', config: { use_flow_sigmas: true } },
		{ kind: 'dpmpp-2m', config: { prediction_type: 'flow_prediction' } },
		{
			kind: 'dpmpp-2m',
			config: {
				use_flow_sigmas: true,
				prediction_type: 'flow_prediction',
				use_karras_sigmas: true
			}
		},
		{
			kind: 'dpmpp-2m',
			config: {
				use_flow_sigmas: true,
				prediction_type: 'flow_prediction',
				final_sigmas_type: 'sigma_min'
			}
		}
	] as SchedulerSpec[])('refuses $kind $config', (spec) => {
		expect(codeOf(() => createScheduler(spec))).toBe('request-invalid');
	});
});

function codeOf(run: () => unknown): string | undefined {
	try {
		run();
	} catch (error) {
		if (isLuxError(error, 'request-invalid')) return error.code;
		throw error;
	}
	return undefined;
}
