/** What `npm run pocket:eval` has the app shoot: a balanced design, the same on every machine. */
import { createHash } from 'node:crypto';

const AXES = ['F', 'S', 'Y', 'M', 'P', 'L'];
const OPTIONS = 9;
const FIRST_SEED = 20_000;

/**
 * Where an option of an axis stands in a block: digits that depend on nothing else.
 * @param {string} axis
 * @param {number} block
 * @param {number} option
 */
const place = (axis, block, option) =>
	createHash('sha256').update(`${axis} ${block} ${option}`).digest('hex');

/**
 * The options of an axis in the order of a block of nine portraits.
 * @param {string} axis
 * @param {number} block
 */
function shuffled(axis, block) {
	return Array.from({ length: OPTIONS }, (_, option) => ({
		option,
		place: place(axis, block, option)
	}))
		.sort((a, b) => (a.place < b.place ? -1 : 1))
		.map(({ option }) => option);
}

/**
 * Portrait `i` as option numbers 0-8, one for each axis. In every block of nine portraits each option of each axis occurs
 * once, in an order of its own.
 * @param {number} i
 * @returns {number[]}
 */
export function directionOf(i) {
	const block = Math.floor(i / OPTIONS);
	return AXES.map((axis) => /** @type {number} */ (shuffled(axis, block)[i % OPTIONS]));
}

/**
 * Option numbers as the ids that the app parses, for example `F5,S4,Y7,M9,P7,L4`.
 * @param {number[]} options
 */
export const optionIds = (options) =>
	options.map((option, axis) => `${AXES[axis]}${option + 1}`).join();

/** Two named shoots as option numbers, one for each intent: *Directory* and *Rooftop Dusk*. */
const INTENTS = { headshot: [0, 0, 0, 0, 1, 0], editorial: [4, 3, 6, 8, 6, 3] };
const FIRST_INTENT_SEED = 30_000;

/**
 * Headshot and editorial of each sitter, `each` seeds, the same seeds for both.
 * @param {number[]} sitters
 * @param {number} each
 */
function planIntents(sitters, each) {
	return Object.entries(INTENTS).flatMap(([group, options]) =>
		Array.from({ length: sitters.length * each }, (_, i) => ({
			...{ sitter: sitters[i % sitters.length], seed: FIRST_INTENT_SEED + i, options },
			...{ group, strength: 1, told: true }
		}))
	);
}

const VARIED_SITTERS = 8;
const VARIED_SEEDS = 4;
const FIRST_VARIED_SEED = 35_000;

/**
 * The sitters and directions whose variety over seeds is measured: those of the rendered portraits of these sitters, or,
 * where a held-out folder has none, the first sitters under one direction each.
 * @param {number[]} sitters
 * @param {{ group: string, sitter: number, options: number[] }[]} renders labels of rendered portraits
 * @returns {{ sitter: number, options: number[] }[]}
 */
export function chooseVaried(sitters, renders) {
	const rendered = new Map(
		renders
			.filter(({ group, sitter }) => group === 'variety' && sitters.includes(sitter))
			.map(({ sitter, options }) => [sitter, options])
	);
	if (rendered.size) return [...rendered].map(([sitter, options]) => ({ sitter, options }));
	return sitters.slice(0, VARIED_SITTERS).map((sitter, i) => ({ sitter, options: directionOf(i) }));
}

/**
 * All portraits to shoot: `portraits` of each sitter under every identity strength (the same directions and seeds, so that
 * strengths compare); then, told no direction at all, at full strength; then headshot and editorial; then several seeds of
 * each of `varied`; then the first ones at full strength again, in four steps.
 * @param {number[]} sitters
 * @param {number} portraits
 * @param {number[]} strengths
 * @param {number} intentSeeds
 * @param {{ sitter: number, options: number[] }[]} varied
 */
export function planRequests(sitters, portraits, strengths, intentSeeds, varied = []) {
	const shots = Array.from({ length: sitters.length * portraits }, (_, i) => ({
		sitter: sitters[i % sitters.length],
		seed: FIRST_SEED + i,
		options: directionOf(i)
	}));
	const directed = strengths.flatMap((strength) =>
		shots.map((shot) => ({ ...shot, group: `strength-${strength}`, strength, told: true }))
	);
	const undirected = shots.map((shot) => ({
		...{ ...shot, group: 'direction-off', strength: 1, told: false }
	}));
	const variety = varied.flatMap(({ sitter, options }, n) =>
		Array.from({ length: VARIED_SEEDS }, (_, k) => ({
			...{ sitter, seed: FIRST_VARIED_SEED + n * VARIED_SEEDS + k, options },
			...{ group: 'variety', strength: 1, told: true }
		}))
	);
	const intents = planIntents(sitters, intentSeeds);
	const quick = shots.map((shot) => ({
		...{ ...shot, group: 'four-steps', strength: 1, told: true, steps: 4 }
	}));
	return [...directed, ...undirected, ...intents, ...variety, ...quick].map((request, i) => ({
		...request,
		file: `${String(i + 1).padStart(4, '0')}.png`
	}));
}
