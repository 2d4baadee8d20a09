/** What an audit found, as a table for people and as one line for machines. */

export const CATEGORIES = /** @type {const} */ (['performance', 'accessibility', 'best-practices']);

/**
 * @typedef {object} PageAudit
 * @property {string} page Path below the app's root, for example `team/`; empty for the front page.
 * @property {string} preset
 * @property {Record<(typeof CATEGORIES)[number], number | null>} scores 0 to 100; null where Lighthouse gave none.
 * @property {string[]} weak Audits that cost points, the dearest first.
 * @property {string[]} axe Rules that axe found broken.
 */

/**
 * @param {{ categories: Record<string, { score: number | null, auditRefs: { id: string, weight: number }[] }>,
 *   audits: Record<string, { score: number | null, displayValue?: string }> }} report Lighthouse's result
 * @returns {Pick<PageAudit, 'scores' | 'weak'>}
 */
export function readReport({ categories, audits }) {
	const scores = /** @type {PageAudit['scores']} */ ({});
	/** @type {{ id: string, cost: number, value: string }[]} */
	const costs = [];
	for (const name of CATEGORIES) {
		const category = categories[name];
		scores[name] = category?.score == null ? null : Math.round(category.score * 100);
		for (const { id, weight } of category?.auditRefs ?? []) {
			const audit = audits[id];
			const score = audit?.score ?? null;
			if (weight > 0 && score !== null && score < 0.9)
				costs.push({ id, cost: weight * (1 - score), value: audit?.displayValue ?? '' });
		}
	}
	costs.sort((a, b) => b.cost - a.cost);
	return { scores, weak: costs.map(({ id, value }) => (value ? `${id} (${value})` : id)) };
}

/**
 * @template {Pick<PageAudit, 'scores'>} Report
 * @param {readonly Report[]} reports of one page, at least one
 * @returns {Report} the one with the middle performance; of an even number the lower of the two in the middle
 */
export function middleReport(reports) {
	const sorted = reports.toSorted(
		(a, b) => (a.scores.performance ?? -1) - (b.scores.performance ?? -1)
	);
	return /** @type {Report} */ (sorted[Math.floor((sorted.length - 1) / 2)]);
}

/**
 * @param {PageAudit[]} audits
 * @returns {string} one line a page and preset, with what costs points under it
 */
export function table(audits) {
	const rows = audits.map(({ page, preset, scores, axe }) => [
		`/${page}`,
		preset,
		...CATEGORIES.map((name) => String(scores[name] ?? '-')),
		axe.length === 0 ? 'nothing' : String(axe.length)
	]);
	const head = ['page', 'preset', ...CATEGORIES, 'axe'];
	const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]?.length ?? 0)));
	const line = (/** @type {string[]} */ cells) =>
		cells
			.map((cell, i) => cell.padEnd(widths[i] ?? 0))
			.join('  ')
			.trimEnd();
	const lines = [line(head), widths.map((width) => '-'.repeat(width)).join('  ')];
	audits.forEach(({ weak, axe }, i) => {
		lines.push(line(rows[i] ?? []));
		for (const finding of [...weak.slice(0, 4), ...axe]) lines.push(`    ${finding}`);
	});
	return lines.join('\n');
}

/**
 * @param {PageAudit[]} audits
 * @param {number} floor lowest score that passes
 * @returns {{ passed: boolean, line: string }} `line` is JSON
 */
export function verdict(audits, floor) {
	const lowest = Object.fromEntries(
		CATEGORIES.map((name) => [name, Math.min(...audits.map(({ scores }) => scores[name] ?? 0))])
	);
	const violations = audits.reduce((sum, { axe }) => sum + axe.length, 0);
	const passed =
		audits.length > 0 && violations === 0 && Object.values(lowest).every((score) => score >= floor);
	const pages = audits.map(({ page, preset, scores, axe }) => ({
		page: `/${page}`,
		preset,
		...scores,
		axe: axe.length
	}));
	return { passed, line: JSON.stringify({ passed, floor, lowest, axe: violations, pages }) };
}
