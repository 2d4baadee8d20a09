/** How fast this device is, from what it has just done, and how long the rest will take. */
import type { FrameTimings } from '$lib/contract/engine';

/** Enough to smooth a hiccup, few enough to notice that the device got slower. */
const STEPS_REMEMBERED = 12;

export class Pace {
	#stepTimes = $state.raw<readonly number[]>([]);
	/** Milliseconds of a frame outside its steps: encoding, decoding, scoring. */
	#rest = $state(0);
	#steps = $state(0);

	/** One denoising step took this long. */
	step(milliseconds: number): void {
		this.#stepTimes = [...this.#stepTimes, milliseconds].slice(-STEPS_REMEMBERED);
	}

	/** A whole frame finished. */
	frame({ steps, totalMilliseconds }: FrameTimings): void {
		this.#steps = steps.length;
		this.#rest = Math.max(0, totalMilliseconds - steps.reduce((sum, time) => sum + time, 0));
		if (this.#stepTimes.length === 0) this.#stepTimes = steps.slice(-STEPS_REMEMBERED);
	}

	/**
	 * Milliseconds until the last frame is done, or null before anything was measured.
	 * @param done steps already taken of the frame being exposed
	 * @param steps steps of a frame; 0 when not known yet
	 * @param waiting frames after this one
	 */
	left(done: number, steps: number, waiting: number): number | null {
		const perFrame = steps || this.#steps;
		if (this.#stepTimes.length === 0 || perFrame === 0) return null;
		const step = median(this.#stepTimes);
		const whole = perFrame * step + this.#rest;
		return (perFrame - done) * step + this.#rest + waiting * whole;
	}
}

function median(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	const middle = sorted.length / 2;
	return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1]!) / 2;
}
