/** Longest wait, milliseconds: a page that is never idle must start its engine all the same. */
const PATIENCE = 1500;
/** For browsers without `requestIdleCallback`. */
const BREATH = 200;

/** Resolves once the page has been drawn and has nothing better to do: starting the engine takes every core for a while. */
export function whenIdle(): Promise<void> {
	return new Promise((resolve) => {
		if ('requestIdleCallback' in globalThis)
			requestIdleCallback(() => resolve(), { timeout: PATIENCE });
		else setTimeout(resolve, BREATH);
	});
}
