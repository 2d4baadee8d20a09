/** What a denoising run will do, decided before it starts: its noise levels, where it enters them, what it shows. */
import { LuxError } from '$lib/contract/errors';
import { isGuided } from './guidance';
import type { Schedule, Scheduler } from './schedulers/types';

export interface SamplingRequest {
	scheduler: Scheduler;
	/** Steps of the full schedule, from pure noise to the picture. */
	steps: number;
	/** Image-to-image: share of the schedule to run, in (0, 1]. Absent: start from pure noise. */
	strength?: number | undefined;
	/** At least 1; 1 switches guidance off. */
	guidanceScale: number;
	/** Preview after every n-th step of this run; 0 for none. */
	previewEvery: number;
}

export interface PlannedStep {
	/** Index into the schedule. */
	index: number;
	/** Position in this run, counted from 1: what progress shows. */
	number: number;
	/** Whether to decode and show the expected picture after this step. Never on the last one. */
	preview: boolean;
}

export interface SamplingPlan {
	schedule: Schedule;
	/** The steps to run, in order; never empty. `steps[0].index` is the level to put noise on an initial image at. */
	steps: readonly PlannedStep[];
	guided: boolean;
	/** Denoiser runs in total. */
	evaluations: number;
}

/** @throws LuxError `request-invalid` for a value out of range; the scheduler checks the step count. */
export function planSampling(request: SamplingRequest): SamplingPlan {
	const { scheduler, steps, strength, guidanceScale, previewEvery } = request;
	require(strength === undefined ||
		(strength > 0 && strength <= 1), `strength ${strength} is not within (0, 1]`);
	require(Number.isFinite(guidanceScale) &&
		guidanceScale >= 1, `guidanceScale ${guidanceScale} is below 1`);
	require(Number.isInteger(previewEvery) &&
		previewEvery >= 0, `previewEvery ${previewEvery} is not a count`);
	const schedule = scheduler.schedule(steps);
	const start = strength === undefined ? 0 : startIndex(steps, strength);
	const run = steps - start;
	const guided = isGuided(guidanceScale);
	return {
		schedule,
		steps: Array.from({ length: run }, (_, i) => ({
			index: start + i,
			number: i + 1,
			preview: previewEvery > 0 && i + 1 < run && (i + 1) % previewEvery === 0
		})),
		guided,
		evaluations: run * (guided ? 2 : 1)
	};
}

/**
 * First step of an image-to-image run. diffusers rounds the number of steps down; with eight steps that loses up
 * to an eighth of the strength asked for, so this rounds to the nearest, and always runs at least one.
 */
export function startIndex(steps: number, strength: number): number {
	return steps - Math.max(1, Math.round(steps * strength));
}

function require(holds: boolean, detail: string): void {
	if (!holds) throw new LuxError('request-invalid', { detail });
}
