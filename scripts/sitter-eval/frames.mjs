/** Portraits of held-out sitters: does likeness rise with the identity strength, and with the number of references? */
import { mean, quantile } from './measures.mjs';
import { complete } from './faces.mjs';
import { divide } from './trials.mjs';
import { unwrap } from '../runner-page.mjs';

const SEED = 7000;
/** Tight enough that the face is large; light and look differ. */
const SHOOTS = [
	'Directory',
	'Badge',
	'Team Page',
	'Speaker',
	'Sunlit Studio',
	'Masthead',
	'Author',
	'Chiaroscuro'
];
/** References and identity strength of each frame of a sitter; one seed and one direction for all of them. */
const SETTINGS = [
	{ references: 3, strength: 0 },
	{ references: 3, strength: 0.5 },
	{ references: 3, strength: 1 },
	{ references: 1, strength: 1 },
	{ references: 5, strength: 1 }
];

/**
 * Shoots every setting for `count` sitters, and reads each portrait back as if it were a photograph: it is compared with
 * photographs that were not among its references.
 */
export async function shootFrames(page, heldout, count, readPicture, say) {
	const sitters = [...complete(heldout.filter(({ error }) => !error))];
	const step = Math.max(1, Math.floor(sitters.length / count));
	const frames = [];
	for (const [i, [sitter, handles]] of sitters
		.filter((_, at) => at % step === 0)
		.slice(0, count)
		.entries()) {
		const { references } = divide(handles, i);
		const shoot = SHOOTS[i % SHOOTS.length];
		const direction = unwrap(
			await page.evaluate((name) => window.luxshotRunner.parseShoot(name), shoot),
			shoot
		);
		for (const { references: most, strength } of SETTINGS) {
			const request = {
				handles: references.slice(0, most),
				direction,
				seed: SEED + i,
				identityStrength: strength
			};
			const frame = unwrap(
				await page.evaluate((asked) => window.luxshotRunner.shootFrame(asked), request),
				`sitter ${sitter}`
			);
			const seen = await readPicture({ base64: frame.base64, name: 'frame.png' });
			frames.push({
				sitter,
				turn: i,
				shoot,
				references: most,
				strength,
				score: frame.likeness,
				skinDrift: frame.skinDrift,
				handle: seen.error ? null : seen.handle,
				milliseconds: frame.timings.totalMilliseconds
			});
		}
		say(`${frames.length} portraits`);
	}
	return frames;
}

/** Cosine of each portrait with photographs kept back, of its own sitter and of the others; means by setting. */
export async function frameFigures(frames, heldout, compare) {
	const sitters = complete(heldout.filter(({ error }) => !error));
	const comparisons = frames.flatMap(({ handle, turn, sitter }, frame) =>
		handle === null
			? []
			: [...sitters].map(([other, handles]) => ({
					frame,
					same: other === sitter,
					probe: handle,
					references: divide(handles, turn).probes
				}))
	);
	const scores = await compare(comparisons.map(({ probe, references }) => ({ probe, references })));
	const rows = frames.map(() => ({ own: null, others: [] }));
	for (const [i, { frame, same }] of comparisons.entries())
		if (same) rows[frame].own = scores[i];
		else rows[frame].others.push(scores[i]);
	const of = (references, strength) => {
		const own = rows.filter(
			(row, i) =>
				frames[i].references === references && frames[i].strength === strength && row.own !== null
		);
		return round(mean(own.map((row) => row.own)));
	};
	const strengths = [0, 0.5, 1].map((strength) => of(3, strength));
	const full = rows.filter((row, i) => frames[i].strength === 1 && row.own !== null);
	const others = full.flatMap((row) => row.others);
	const drifts = frames.flatMap(({ skinDrift, strength }) =>
		skinDrift && strength === 1 ? [skinDrift] : []
	);
	return {
		rows,
		figures: {
			frames: frames.length,
			facesFound: frames.filter(({ handle }) => handle !== null).length,
			strength: { 0: strengths[0], 0.5: strengths[1], 1: strengths[2] },
			monotonic: strengths[0] < strengths[1] && strengths[1] < strengths[2],
			references: { 1: of(1, 1), 3: of(3, 1), 5: of(5, 1) },
			ownSitter: round(mean(full.map((row) => row.own))),
			strangers: { mean: round(mean(others)), p99: round(quantile(others, 0.99)) },
			skinDrift: drifts.length
				? {
						frames: drifts.length,
						medianDegrees: round(
							quantile(
								drifts.map(({ degrees }) => Math.abs(degrees)),
								0.5
							)
						),
						warned: drifts.filter(({ degrees, limit }) => Math.abs(degrees) > limit).length
					}
				: null,
			seconds: round(mean(frames.map(({ milliseconds }) => milliseconds)) / 1000)
		}
	};
}

const round = (value) => Math.round(value * 1000) / 1000;
