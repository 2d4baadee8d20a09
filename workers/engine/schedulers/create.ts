/** From a manifest's scheduler entry to the sampler it names. */
import { readConfig, type SchedulerSpec } from './config';
import { createDdim } from './ddim';
import { createDpmSolverMultistep } from './dpm-solver-multistep';
import { createEuler } from './euler';
import { createFlowMatchEuler } from './flow-match-euler';
import { createLcm } from './lcm';
import { createTcd } from './tcd';
import type { Scheduler } from './types';

/**
 * @param spec a manifest's `scheduler`: kind, and settings under diffusers' names.
 * @throws LuxError `request-invalid` when the settings are not the kind's own.
 */
export function createScheduler({ kind, config }: SchedulerSpec): Scheduler {
	switch (kind) {
		case 'flow-match-euler':
			return createFlowMatchEuler(readConfig(kind, config));
		case 'ddim':
			return createDdim(readConfig(kind, config));
		case 'lcm':
			return createLcm(readConfig(kind, config));
		case 'tcd':
			return createTcd(readConfig(kind, config));
		case 'euler':
			return createEuler(readConfig(kind, config));
		case 'dpmpp-2m':
			return createDpmSolverMultistep(readConfig(kind, config));
	}
}
