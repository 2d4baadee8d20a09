/** The other point of view: which direction a headshot becomes as an editorial portrait, and back. */
import { AXES, type Axis, type Direction, type Intent } from '$lib/contract/direction';
import { SHOOTS, type NamedShoot } from './shoots';

/**
 * Who becomes what. The first four are pairs both ways, chosen for a like framing, so that one seed gives two portraits
 * that can be laid side by side; each further editorial shoot goes to the headshot it shares most with.
 */
const COUNTERPARTS: Readonly<Record<string, string>> = {
	directory: 'rooftop-dusk',
	badge: 'chiaroscuro',
	'team-page': 'sunlit-studio',
	speaker: 'author',
	'rooftop-dusk': 'directory',
	chiaroscuro: 'badge',
	'sunlit-studio': 'team-page',
	author: 'speaker',
	'rain-window': 'badge',
	masthead: 'speaker',
	'neon-noir': 'team-page',
	'after-party': 'team-page'
};

export function otherIntent(intent: Intent): Intent {
	return intent === 'headshot' ? 'editorial' : 'headshot';
}

/** The named shoot that shares most axes with a direction; the earlier one where two share as many. */
export function nearestShoot(direction: Direction, among: readonly NamedShoot[]): NamedShoot {
	return among.reduce((best, shoot) =>
		shared(direction, shoot.direction) > shared(direction, best.direction) ? shoot : best
	);
}

/** What a free direction is more like. @param present stays where both are as near */
export function intentOf(direction: Direction, present: Intent): Intent {
	const nearest = (intent: Intent) =>
		shared(direction, nearestShoot(direction, ofIntent(intent)).direction);
	const other = otherIntent(present);
	return nearest(other) > nearest(present) ? other : present;
}

/**
 * The shoot of the other intent that answers to a direction.
 * @param intent what the direction is now
 * @param base the named shoot it started from, where there is one; a free direction goes by its nearest
 */
export function counterpartShoot(
	direction: Direction,
	intent: Intent,
	base: NamedShoot | null = null
): NamedShoot {
	const given = SHOOTS.find(({ id }) => id === base?.id && base.intent === intent);
	const from = given ?? nearestShoot(direction, ofIntent(intent));
	return SHOOTS.find(({ id }) => id === COUNTERPARTS[from.id])!;
}

/** `onto` with the locked axes of `direction`: what is locked stays through every change. */
export function holdLocked(
	direction: Direction,
	onto: Direction,
	locked: readonly Axis[]
): Direction {
	return Object.fromEntries(
		AXES.map((axis) => [axis, locked.includes(axis) ? direction[axis] : onto[axis]])
	) as Direction;
}

function ofIntent(intent: Intent): readonly NamedShoot[] {
	return SHOOTS.filter((shoot) => shoot.intent === intent);
}

/** Axes with the same option, 0..6. An axis left open is like none. */
function shared(a: Direction, b: Direction): number {
	return AXES.filter((axis) => a[axis] !== null && a[axis] === b[axis]).length;
}
