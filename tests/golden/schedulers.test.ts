/**
 * The samplers against diffusers, twice: the sums its own tests publish (huggingface/diffusers,
 * tests/schedulers/), and element by element against numbers its code computed (schedulers-reference.json).
 * diffusers publishes no sum for flow-match Euler, so that one has the second check and the analytic one below.
 */
import { createScheduler } from '$workers/engine/schedulers/create';
import type { SchedulerSpec } from '$workers/engine/schedulers/config';
import { describe, expect, it } from 'vitest';
import reference from './schedulers-reference.json';
import { mersenneTwister, torchNormal } from './torch-noise';

type Kind = SchedulerSpec['kind'];
type Config = SchedulerSpec['config'];

interface Run {
	start: Float32Array;
	steps: number;
	/** Noise to put on `start` at step `from`; without it `start` is the first sample. */
	from?: { index: number; noise: Float32Array };
	noiseOf?: (index: number) => Float32Array;
	/** Some of diffusers' loops hand the model-scaled sample to the update as well. */
	stepOnScaled?: boolean;
}

function sampleLoop(kind: Kind, config: Config, run: Run): Float32Array {
	const scheduler = createScheduler({ kind, config });
	const schedule = scheduler.schedule(run.steps);
	let sample = run.start.map((x) => x * schedule.initNoiseSigma);
	const first = run.from?.index ?? 0;
	if (run.from) sample = scheduler.addNoise(sample, run.from.noise, schedule, first).slice();
	let history: readonly Float32Array[] | undefined;
	for (let index = first; index < run.steps; index++) {
		const scaled = scheduler.scaleModelInput(sample, schedule, index);
		const t = schedule.timesteps[index]!;
		const modelOutput = scaled.map((x) => (x * t) / (t + 1));
		const noise = scheduler.needsNoise(schedule, index) ? run.noiseOf?.(index) : undefined;
		const from = run.stepOnScaled ? scaled : sample;
		const out = scheduler.step({ schedule, index, sample: from, modelOutput, history, noise });
		sample = out.sample.slice();
		history = out.history;
	}
	return sample;
}

/** diffusers' dummy sample [4, 3, 8, 8]: k / 768 counted with the batch as the fastest axis. */
function dummySample(): Float32Array {
	return Float32Array.from({ length: 768 }, (_, i) => ((i % 192) * 4 + Math.floor(i / 192)) / 768);
}
const dummyNoise = () => dummySample().map((x) => 767 / 768 - x);
const absoluteSum = (x: Float32Array) => x.reduce((sum, value) => sum + Math.abs(value), 0);

describe('sums published in diffusers tests', () => {
	const ddim = { beta_start: 0.0001, beta_end: 0.02, beta_schedule: 'linear', clip_sample: true };
	it.each([
		['default', {}, 172.0067],
		['v prediction', { prediction_type: 'v_prediction' }, 52.5302],
		['alpha to one', { set_alpha_to_one: true, beta_start: 0.01 }, 149.8295],
		['no alpha to one', { set_alpha_to_one: false, beta_start: 0.01 }, 149.0784]
	])('DDIM, %s', (_, config, sum) => {
		const out = sampleLoop('ddim', { ...ddim, ...config }, { start: dummySample(), steps: 10 });
		expect(Math.abs(absoluteSum(out) - sum)).toBeLessThan(1e-2);
	});

	it('DDIM from the eighth of ten steps on noise', () => {
		const from = { index: 8, noise: dummyNoise() };
		const out = sampleLoop('ddim', ddim, { start: dummySample(), steps: 10, from });
		expect(Math.abs(absoluteSum(out) - 354.5418)).toBeLessThan(1e-2);
	});

	it('DDIM with an offset of one starts its five steps at 801', () => {
		const scheduler = createScheduler({ kind: 'ddim', config: { ...ddim, steps_offset: 1 } });
		expect([...scheduler.schedule(5).timesteps]).toEqual([801, 601, 401, 201, 1]);
	});

	it.each([
		[1, 18.7097],
		[10, 197.7616]
	])('LCM, %i steps, with the noise of torch.manual_seed(0)', (steps, sum) => {
		const next = mersenneTwister(0);
		const noiseOf = () => torchNormal(next, 768);
		const out = sampleLoop('lcm', {}, { start: dummySample(), steps, noiseOf });
		expect(Math.abs(absoluteSum(out) - sum)).toBeLessThan(1e-2);
	});

	it.each([
		[1, 29.8715],
		[10, 181.204]
	])('TCD, %i steps without noise', (steps, sum) => {
		const out = sampleLoop('tcd', { eta: 0 }, { start: dummySample(), steps });
		expect(Math.abs(absoluteSum(out) - sum)).toBeLessThan(1e-3);
	});

	const euler = { num_train_timesteps: 1100, beta_start: 0.0001, beta_end: 0.02 };
	it.each([
		['default', {}, 10.0807],
		['v prediction', { prediction_type: 'v_prediction' }, 0.0002],
		['Karras levels', { use_karras_sigmas: true }, 124.52299499511719]
	])('Euler, %s', (_, config, sum) => {
		const run = { start: dummySample(), steps: 10, stepOnScaled: true };
		const out = sampleLoop('euler', { ...euler, ...config }, run);
		expect(Math.abs(absoluteSum(out) - sum)).toBeLessThan(1e-2);
	});

	it('Euler from the eighth of ten steps on noise', () => {
		const from = { index: 8, noise: dummyNoise() };
		const run = { start: dummySample(), steps: 10, from, stepOnScaled: true };
		// Its sum is 57062.93 with float32 rounding in the table; the tolerance is a part in a million.
		expect(absoluteSum(sampleLoop('euler', euler, run)) / 57062.9297).toBeCloseTo(1, 5);
	});

	const dpm = { lower_order_final: false, final_sigmas_type: 'sigma_min' };
	it.each([
		['default', {}, 0.3301],
		['v prediction', { prediction_type: 'v_prediction' }, 0.2251],
		['Karras levels, v', { prediction_type: 'v_prediction', use_karras_sigmas: true }, 0.2096]
	])('DPM++ 2M, %s (mean)', (_, config, mean) => {
		const run = { start: dummySample(), steps: 10 };
		const out = sampleLoop('dpmpp-2m', { ...dpm, ...config }, run);
		expect(Math.abs(absoluteSum(out) / 768 - mean)).toBeLessThan(1e-3);
	});

	it('DPM++ 2M from the fifth of ten steps on noise', () => {
		const from = { index: 5, noise: dummyNoise() };
		const out = sampleLoop('dpmpp-2m', dpm, { start: dummySample(), steps: 10, from });
		expect(Math.abs(absoluteSum(out) - 318.4111)).toBeLessThan(1e-2);
	});
});

describe('element by element, numbers computed by diffusers', () => {
	it.each(
		reference.cases.map((c) => [`${c.kind} ${JSON.stringify(c.config)} x${c.steps}`, c] as const)
	)('%s', (_, { kind, config, steps, timesteps, initNoiseSigma, result }) => {
		const spec = { kind, config } as unknown as SchedulerSpec;
		const schedule = createScheduler(spec).schedule(steps);
		expect(schedule.initNoiseSigma).toBeCloseTo(initNoiseSigma, 3);
		expect(schedule.timesteps).toHaveLength(timesteps.length);
		// Karras levels are turned back into timesteps through float32 logarithms in the reference.
		schedule.timesteps.forEach((t, i) => expect(Math.abs(t - timesteps[i]!)).toBeLessThan(2e-2));
		const toy = Float32Array.from({ length: 24 }, (_, k) => k / 24);
		const noiseOf = (index: number) => toy.map((x) => 23 / 24 - x - 0.1 * index);
		const out = sampleLoop(spec.kind, spec.config, { start: toy, steps, noiseOf });
		const largest = Math.max(1, ...result.map(Math.abs));
		out.forEach((x, i) => expect(Math.abs(x - result[i]!) / largest).toBeLessThan(2e-4));
	});
});

describe('flow-match Euler, by hand', () => {
	it('reaches x0 exactly from any step count when the velocity is the true one', () => {
		const scheduler = createScheduler({ kind: 'flow-match-euler', config: { shift: 2.5 } });
		const clean = Float32Array.from([-1, 0.25, 0.5, 2]);
		const noise = Float32Array.from([0.3, -0.7, 1.1, -0.2]);
		const velocity = noise.map((n, i) => n - clean[i]!);
		for (const steps of [1, 3, 8]) {
			const schedule = scheduler.schedule(steps);
			let sample = noise;
			for (let index = 0; index < steps; index++) {
				const out = scheduler.step({ schedule, index, sample, modelOutput: velocity });
				out.predictedOriginal.forEach((x, i) => expect(x).toBeCloseTo(clean[i]!, 5));
				sample = out.sample.slice();
			}
			sample.forEach((x, i) => expect(x).toBeCloseTo(clean[i]!, 5));
		}
	});

	it('follows x = sigma^k of the decaying field to first order', () => {
		// velocity = x gives dx/dsigma = x, so one full pass multiplies by the product of (1 - 1/n): 1/e in the limit.
		const scheduler = createScheduler({ kind: 'flow-match-euler', config: {} });
		const schedule = scheduler.schedule(8);
		expect([...schedule.sigmas]).toEqual([1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0]);
		let sample = Float32Array.of(1);
		for (let index = 0; index < 8; index++)
			sample = scheduler.step({ schedule, index, sample, modelOutput: sample }).sample.slice();
		expect(sample[0]).toBeCloseTo((7 / 8) ** 8, 6);
	});
});
