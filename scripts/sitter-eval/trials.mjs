/** Which faces are compared with which. Held-out sitters have eight photographs; three are always kept back as probes. */

/** Probes a turn, and the references that are compared: 1, 3 and 5 of the remaining five. */
const PROBES = 3;
export const REFERENCE_COUNTS = /** @type {const} */ ([1, 3, 5]);

/**
 * Every pair of photographs.
 * @param {readonly { sitter: number, handle: number }[]} photos
 */
export function pairs(photos) {
	const all = [];
	for (const [i, a] of photos.entries())
		for (const b of photos.slice(i + 1))
			all.push({ same: a.sitter === b.sitter, probe: a.handle, references: [b.handle] });
	return all;
}

/**
 * One sitter's photographs divided into probes and references, turned by `turn`.
 * @template T
 * @param {readonly T[]} photos
 * @param {number} turn
 */
export function divide(photos, turn) {
	const at = turn % photos.length;
	const turned = [...photos.slice(at), ...photos.slice(0, at)];
	return { probes: turned.slice(0, PROBES), references: turned.slice(PROBES) };
}

/**
 * Every probe against `count` references of every sitter, in every turn.
 * @param {ReadonlyMap<number, readonly number[]>} sitters handles by sitter
 * @param {number} count
 */
export function identifications(sitters, count) {
	const trials = [];
	const turns = Math.max(...[...sitters.values()].map((handles) => handles.length));
	for (let turn = 0; turn < turns; turn++)
		for (const [sitter, handles] of sitters)
			for (const probe of divide(handles, turn).probes)
				for (const [other, candidates] of sitters)
					trials.push({
						same: other === sitter,
						probe,
						turn,
						references: divide(candidates, turn).references.slice(0, count)
					});
	return trials;
}

/**
 * Share of probes whose own sitter scores best.
 * @param {readonly { same: boolean, probe: number, turn: number }[]} trials
 * @param {readonly number[]} scores
 */
export function rankOne(trials, scores) {
	/** @type {Map<string, { best: number, right: boolean }>} */
	const found = new Map();
	for (const [i, { same, probe, turn }] of trials.entries()) {
		const key = `${probe} ${turn}`;
		const known = found.get(key);
		const score = scores[i] ?? -Infinity;
		if (!known || score > known.best) found.set(key, { best: score, right: same });
	}
	return [...found.values()].filter(({ right }) => right).length / found.size;
}

/**
 * Each photograph against two others of its sitter, and against two of another sitter: what tells mixed references.
 * @param {ReadonlyMap<number, readonly number[]>} sitters handles by sitter
 */
export function fellows(sitters) {
	const trials = [];
	const all = [...sitters.entries()];
	for (const [at, [, handles]] of all.entries())
		for (const [i, probe] of handles.entries())
			for (const [step, same] of /** @type {const} */ ([
				[0, true],
				[1, false],
				[5, false],
				[11, false]
			])) {
				const [, others = []] = all[(at + step) % all.length] ?? [];
				const pick = (/** @type {number} */ by) => others[(i + by) % others.length] ?? NaN;
				trials.push({ same, probe, references: [pick(2), pick(5)] });
			}
	return trials;
}
