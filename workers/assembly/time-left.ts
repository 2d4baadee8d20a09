/** Progress in bytes with the time that is left at the speed of the last seconds. */
import type { AssemblyProgress } from '$lib/contract/progress';

/** Older speeds say little: a line gets faster, a laptop gets hot. */
const WINDOW_MS = 10_000;
/** Less than this is a guess. */
const MINIMUM_MS = 1_000;

export class ByteProgress {
	private readonly marks: { at: number; done: number }[] = [];
	private done: number;

	/**
	 * @param start Bytes that an earlier run did: they count as done, but not as speed.
	 * @param now Milliseconds of a clock that only goes forward.
	 */
	constructor(
		private readonly phase: AssemblyProgress['phase'],
		private readonly total: number,
		start: number,
		private readonly listener: (progress: AssemblyProgress) => void,
		private readonly now: () => number
	) {
		this.done = start;
		this.restart();
	}

	add(bytes: number, file: string): void {
		this.done += bytes;
		const at = this.now();
		this.marks.push({ at, done: this.done });
		while (this.marks.length > 2 && at - this.marks[1]!.at >= WINDOW_MS) this.marks.shift();
		this.listener({
			phase: this.phase,
			file,
			done: this.done,
			total: this.total,
			secondsLeft: this.secondsLeft()
		});
	}

	/** After a pause: the time that passed says nothing of the speed. */
	restart(): void {
		this.marks.splice(0, this.marks.length, { at: this.now(), done: this.done });
	}

	private secondsLeft(): number | null {
		const [first, last] = [this.marks[0]!, this.marks.at(-1)!];
		const milliseconds = last.at - first.at;
		const bytes = last.done - first.done;
		if (this.done >= this.total) return 0;
		if (milliseconds < MINIMUM_MS || bytes <= 0) return null;
		return ((this.total - this.done) * milliseconds) / bytes / 1000;
	}
}
