/** Portraits of held-out sitters: does likeness rise with the identity strength, and with the number of references? */
import { mean, quantile, rounded, share } from './measures.mjs';
import { complete } from './faces.mjs';
import { divide } from './trials.mjs';
import { unwrap } from '../runner-page.mjs';

const SEED = 7000;
/** Head and shoulders: the face is large enough to be found and measured in most frames. */
const SHOOTS = ['Directory', 'Badge'];
/** How often a face is found at all is asked of every named shoot. */
const ALL_SHOOTS = [
	...[...SHOOTS, 'Team Page', 'Speaker', 'Rooftop Dusk', 'Sunlit Studio', 'Rain Window'],
	...['Masthead', 'Chiaroscuro', 'Neon Noir', 'Author', 'After Party']
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
 * photographs that were not among its references. Then one frame of every named shoot.
 * @param readPicture what the app makes of a picture: a reference with its handle, or `{ error }`
 * @param say told how far it is
 */
export async function shootFrames(page, heldout, count, readPicture, say) {
	const sitters = [...complete(heldout.filter(({ error }) => !error))];
	const shoot = async (name, handles, seed, strength) => {
		const parse = (text) => window.luxshotRunner.parseShoot(text);
		const direction = unwrap(await page.evaluate(parse, name), name);
		const { base64, ...frame } = unwrap(
			await page.evaluate((asked) => window.luxshotRunner.shootFrame(asked), {
				...{ handles, direction, seed },
				identityStrength: strength
			}),
			`${name}, seed ${seed}`
		);
		const seen = await readPicture({ base64, name: 'frame.png' });
		const { likeness, skinDrift, timings } = frame;
		return {
			...{ shoot: name, seed, strength, likeness, skinDrift },
			handle: seen.error ? null : seen.handle,
			milliseconds: timings.totalMilliseconds
		};
	};
	const frames = [];
	for (let i = 0; i < count; i++) {
		const [sitter, handles] = sitters[Math.floor((i * sitters.length) / count)];
		const { references } = divide(handles, i);
		for (const { references: most, strength } of SETTINGS)
			frames.push({
				...(await shoot(SHOOTS[i % SHOOTS.length], references.slice(0, most), SEED + i, strength)),
				...{ sitter, turn: i, references: most }
			});
		if (i % 4 === 3) say(`${frames.length} portraits`);
	}
	const everyShoot = [];
	for (const [i, name] of ALL_SHOOTS.entries())
		everyShoot.push(
			await shoot(name, sitters[i % sitters.length][1].slice(0, 3), SEED + 100 + i, 1)
		);
	return { frames, everyShoot };
}

/**
 * Cosine of each portrait with photographs kept back, of its own sitter and of the others. Means are over sitters in whose
 * frames a face was found under every setting, so that settings are compared on the same sitters.
 */
export async function frameFigures({ frames, everyShoot }, heldout, compare) {
	const sitters = complete(heldout.filter(({ error }) => !error));
	const trials = frames.flatMap(({ handle, turn, sitter }, frame) =>
		[...sitters].flatMap(([other, handles]) =>
			handle === null
				? []
				: [
						{
							frame,
							same: other === sitter,
							probe: handle,
							references: divide(handles, turn).probes
						}
					]
		)
	);
	const scores = await compare(trials.map(({ probe, references }) => ({ probe, references })));
	const own = frames.map((_, frame) => {
		const at = trials.findIndex((trial) => trial.frame === frame && trial.same);
		return at < 0 ? null : scores[at];
	});
	const whole = new Set(frames.map(({ turn }) => turn));
	for (const [i, { turn }] of frames.entries()) if (own[i] === null) whole.delete(turn);
	const meanOf = (references, strength) =>
		rounded(
			mean(
				own.filter((_, i) => {
					const frame = frames[i];
					const asked = frame.references === references && frame.strength === strength;
					return asked && whole.has(frame.turn);
				})
			)
		);
	const full = (same) =>
		scores.filter((_, i) => trials[i].same === same && frames[trials[i].frame].strength === 1);
	const drifts = frames.flatMap(({ skinDrift, strength, references }) =>
		skinDrift && strength === 1 && references === 3 ? [skinDrift] : []
	);
	const strengths = [0, 0.5, 1].map((strength) => meanOf(3, strength));
	return {
		frames: frames.length,
		facesFound: rounded(share(own, (score) => score !== null)),
		sitters: whole.size,
		strength: { 0: strengths[0], 0.5: strengths[1], 1: strengths[2] },
		monotonic: strengths[0] < strengths[1] && strengths[1] < strengths[2],
		references: { 1: meanOf(1, 1), 3: meanOf(3, 1), 5: meanOf(5, 1) },
		strangers: { mean: rounded(mean(full(false))), p99: rounded(quantile(full(false), 0.99)) },
		skinDrift: {
			frames: drifts.length,
			degrees: drifts.map(({ degrees }) => Math.round(degrees)),
			warned: drifts.filter(({ degrees, limit }) => Math.abs(degrees) > limit).length
		},
		facesInShoots: `${everyShoot.filter(({ handle }) => handle !== null).length} of ${everyShoot.length}`,
		seconds: rounded(mean(frames.map(({ milliseconds }) => milliseconds)) / 1000)
	};
}
