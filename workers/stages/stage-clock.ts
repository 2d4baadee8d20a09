/** Runs the stages of one portrait in order: reports each, times each, and stops between them on cancel. */
import type { FrameTimings } from '$lib/contract/engine';
import type { ProgressListener, Stage } from '$lib/contract/progress';
import { breathe, throwIfCancelled } from '../runtime/run-queue';

export class StageClock {
	readonly stages: FrameTimings['stages'] = [];
	readonly #signal: AbortSignal;
	readonly #report: ProgressListener;

	constructor(signal: AbortSignal, report: ProgressListener) {
		this.#signal = signal;
		this.#report = report;
	}

	/** @throws LuxError `cancelled` before starting, or what `task` throws. */
	async run<T>(stage: Stage, task: () => Promise<T>): Promise<T> {
		await breathe();
		throwIfCancelled(this.#signal);
		this.#report({ kind: 'stage-started', stage });
		const start = performance.now();
		const value = await task();
		const milliseconds = performance.now() - start;
		this.stages.push({ stage, milliseconds });
		this.#report({ kind: 'stage-finished', stage, milliseconds });
		return value;
	}
}
