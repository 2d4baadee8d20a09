/** How things were before each change, for undoing one after the other. */

/** Steps that are kept; older ones are forgotten. */
const STEPS = 50;

export class History<T> {
	#past = $state.raw<readonly T[]>([]);

	/** Whether there is anything to go back to. */
	get any(): boolean {
		return this.#past.length > 0;
	}

	keep(before: T): void {
		this.#past = [...this.#past, before].slice(-STEPS);
	}

	/** @returns how it was before the last change, which is then forgotten; null when nothing changed */
	back(): T | null {
		const last = this.#past.at(-1) ?? null;
		this.#past = this.#past.slice(0, -1);
		return last;
	}
}
