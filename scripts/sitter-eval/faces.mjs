/** Verification, identification with 1, 3 and 5 references, the likeness scale and the spread of skin tones. */
import { areaUnderCurve, likenessScale, mean, quantile, rounded, share } from './measures.mjs';
import { fellows, identifications, pairs, rankOne, REFERENCE_COUNTS } from './trials.mjs';

/** Lights without a colour of their own, bright enough to judge skin by (`forge heldout`). */
const NEUTRAL = new Set(['even', 'window', 'flash']);
/** References a sitter usually has: what the scale is measured with. */
const USUAL = 3;

/** @param compare comparisons by handles -> cosines, as the app computes them */
export async function faceFigures({ heldout }, compare) {
	const found = heldout.filter(({ error }) => !error);
	const split = async (trials) => {
		const scores = await compare(trials.map(({ probe, references }) => ({ probe, references })));
		return {
			trials,
			scores,
			genuine: scores.filter((_, i) => trials[i].same),
			strangers: scores.filter((_, i) => !trials[i].same)
		};
	};
	const verification = await split(pairs(found));
	const sitters = complete(found);
	const withReferences = {};
	const raw = {};
	for (const count of REFERENCE_COUNTS) {
		const { trials, scores, genuine, strangers } = await split(identifications(sitters, count));
		raw[count] = { genuine, strangers };
		withReferences[count] = {
			cosine: rounded(mean(genuine)),
			auc: rounded(areaUnderCurve(genuine, strangers)),
			rankOne: rounded(rankOne(trials, scores)),
			accepted: rounded(share(genuine, (score) => score >= quantile(strangers, 0.99)))
		};
	}
	const mixed = await split(fellows(sitters));
	const scale = likenessScale({
		genuine: raw[USUAL].genuine,
		strangers: raw[USUAL].strangers,
		pairs: verification.genuine
	});
	return {
		verification: {
			pairs: [verification.genuine.length, verification.strangers.length],
			auc: rounded(areaUnderCurve(verification.genuine, verification.strangers)),
			cosine: [rounded(mean(verification.genuine)), rounded(mean(verification.strangers))]
		},
		references: withReferences,
		mixed: {
			...warnings('amongThree', mixed, scale.stranger),
			...warnings('amongTwo', verification, scale.stranger)
		},
		skin: skinFigures(found),
		scale,
		raw: { ...raw, mixed: { genuine: mixed.genuine, strangers: mixed.strangers } }
	};
}

/** How often a reference is called unlike the others, among so many: of the same sitter, and of another one. */
const warnings = (key, { genuine, strangers }, limit) => ({
	[key]: {
		wronglyWarned: rounded(share(genuine, (score) => score < limit)),
		strangersFound: rounded(share(strangers, (score) => score < limit))
	}
});

/** Handles of the sitters in whom every photograph was read. */
export function complete(photos) {
	/** @type {Map<number, number[]>} */
	const sitters = new Map();
	for (const { sitter, handle } of photos)
		sitters.set(sitter, [...(sitters.get(sitter) ?? []), handle]);
	const most = Math.max(...[...sitters.values()].map((handles) => handles.length));
	return new Map([...sitters].filter(([, handles]) => handles.length === most));
}

/** Degrees between each photograph in neutral light and the median of the sitter's others, and between sitters. */
function skinFigures(photos) {
	/** @type {Map<number, number[]>} */
	const sitters = new Map();
	for (const { sitter, light, skin } of photos)
		if (NEUTRAL.has(light) && skin)
			sitters.set(sitter, [...(sitters.get(sitter) ?? []), skin.angle]);
	const own = [];
	const medians = [];
	for (const angles of sitters.values()) {
		medians.push(quantile(angles, 0.5));
		for (const [i, angle] of angles.entries())
			if (angles.length > 1)
				own.push(
					Math.abs(
						angle -
							quantile(
								angles.filter((_, j) => j !== i),
								0.5
							)
					)
				);
	}
	const others = medians.flatMap((a, i) => medians.slice(i + 1).map((b) => Math.abs(a - b)));
	return {
		own: { median: rounded(quantile(own, 0.5)), p95: rounded(quantile(own, 0.95)) },
		others: { median: rounded(quantile(others, 0.5)) }
	};
}
