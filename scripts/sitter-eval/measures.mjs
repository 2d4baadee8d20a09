/** Figures from scores: pure, so that they can be tested without an app. */

/**
 * Area under the ROC curve: how often a score of `positives` is larger than one of `negatives`, ties counting half.
 * @param {readonly number[]} positives
 * @param {readonly number[]} negatives
 */
export function areaUnderCurve(positives, negatives) {
	const all = [
		...positives.map((score) => ({ score, positive: true })),
		...negatives.map((score) => ({ score, positive: false }))
	].sort((a, b) => a.score - b.score);
	let rankSum = 0;
	let from = 0;
	for (const [i, { score }] of all.entries()) {
		if (all[i + 1]?.score === score) continue;
		// Equal scores share the mean of their ranks.
		const equal = all.slice(from, i + 1).filter(({ positive }) => positive).length;
		rankSum += (equal * (from + i + 2)) / 2;
		from = i + 1;
	}
	const n = positives.length;
	return (rankSum - (n * (n + 1)) / 2) / (n * negatives.length);
}

/**
 * Smallest value that is not exceeded by more than `1 - share` of them, by linear interpolation.
 * @param {readonly number[]} values
 * @param {number} share in [0, 1]
 */
export function quantile(values, share) {
	const sorted = [...values].sort((a, b) => a - b);
	const at = share * (sorted.length - 1);
	const low = Math.floor(at);
	const [lower = NaN, upper = lower] = sorted.slice(low, low + 2);
	return lower + (upper - lower) * (at - low);
}

/** @param {readonly number[]} values */
export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Three decimals are what these figures are good for. @param {number} value */
export const rounded = (value) => Math.round(value * 1000) / 1000;

/** Share of values for which `test` holds. @param {readonly number[]} values @param {(value: number) => boolean} test */
export const share = (values, test) => values.filter(test).length / values.length;

/**
 * Precision and recall of remarks on pictures with at most one known fault each. A picture without a face is refused with
 * its own sentence and counts neither way; remarks beside the known fault are not held against it.
 * @param {readonly { fault: string | null, said: readonly string[] | null }[]} pictures
 */
export function remarkFigures(pictures) {
	let [right, wrong, missed] = [0, 0, 0];
	for (const { fault, said } of pictures) {
		if (!said) continue;
		if (fault && said.includes(fault)) right++;
		else if (fault) missed++;
		else wrong += said.length;
	}
	return { precision: right / (right + wrong), recall: right / (right + missed) };
}

/**
 * Bands of likeness and the limit for a reference that is not like the others (`docs/likeness.md`).
 * @param {{ genuine: readonly number[], strangers: readonly number[], pairs: readonly number[] }} scores
 *   faces against the mean of three references of their own sitter, and of other sitters; pairs of photographs of one sitter
 */
export function likenessScale({ genuine, strangers, pairs }) {
	const near = rounded(quantile(strangers, 0.99));
	const distant = rounded(quantile(strangers, 0.9));
	return {
		close: Math.max(near, rounded(quantile(genuine, 0.5))),
		near,
		distant,
		// Nobody who comes closer than nine strangers in ten is called one: photographs of a real person differ more than made ones.
		stranger: Math.min(distant, rounded(quantile(pairs, 0.01)))
	};
}
