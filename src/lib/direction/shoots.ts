/** The twelve named shoots: a document (headshot) or a point of view (editorial). */
import { AXES, type Direction, type Intent, type OptionId } from '$lib/contract/direction';

export interface NamedShoot {
	/** Stable: lower case with hyphens; a person's own shoots have a UUID. */
	id: string;
	name: string;
	intent: Intent;
	direction: Direction;
}

type Ids = readonly [
	OptionId<'framing'>,
	OptionId<'setting'>,
	OptionId<'styling'>,
	OptionId<'mood'>,
	OptionId<'pose'>,
	OptionId<'look'>
];

function shoot(
	name: string,
	intent: Intent,
	...[framing, setting, styling, mood, pose, look]: Ids
): NamedShoot {
	const id = name.toLowerCase().replaceAll(' ', '-');
	return { id, name, intent, direction: { framing, setting, styling, mood, pose, look } };
}

export const SHOOTS: readonly NamedShoot[] = [
	shoot('Directory', 'headshot', 'F1', 'S1', 'Y1', 'M1', 'P2', 'L1'),
	shoot('Badge', 'headshot', 'F1', 'S2', 'Y2', 'M1', 'P1', 'L1'),
	shoot('Team Page', 'headshot', 'F4', 'S3', 'Y2', 'M2', 'P2', 'L1'),
	shoot('Speaker', 'headshot', 'F5', 'S7', 'Y3', 'M2', 'P3', 'L8'),
	shoot('Rooftop Dusk', 'editorial', 'F5', 'S4', 'Y7', 'M9', 'P7', 'L4'),
	shoot('Sunlit Studio', 'editorial', 'F4', 'S5', 'Y4', 'M7', 'P4', 'L2'),
	shoot('Rain Window', 'editorial', 'F2', 'S6', 'Y5', 'M9', 'P7', 'L6'),
	shoot('Masthead', 'editorial', 'F9', 'S7', 'Y9', 'M4', 'P8', 'L8'),
	shoot('Chiaroscuro', 'editorial', 'F2', 'S7', 'Y3', 'M3', 'P4', 'L3'),
	shoot('Neon Noir', 'editorial', 'F4', 'S8', 'Y6', 'M5', 'P6', 'L7'),
	shoot('Author', 'editorial', 'F5', 'S9', 'Y5', 'M7', 'P9', 'L2'),
	shoot('After Party', 'editorial', 'F4', 'S8', 'Y8', 'M6', 'P6', 'L9')
];

/** By id or by name, ignoring case. */
export function findShoot(idOrName: string): NamedShoot | undefined {
	const wanted = idOrName.trim().toLowerCase();
	return SHOOTS.find(({ id, name }) => id === wanted || name.toLowerCase() === wanted);
}

/** The same choice on all six axes. */
export function sameDirection(a: Direction, b: Direction): boolean {
	return AXES.every((axis) => a[axis] === b[axis]);
}

/** The named shoot that is exactly this direction, if any. */
export function shootOf(direction: Direction): NamedShoot | undefined {
	return SHOOTS.find((candidate) => sameDirection(candidate.direction, direction));
}

/** Whether this is one of the twelve, and not a person's own. */
export function isGiven({ id }: { id: string }): boolean {
	return SHOOTS.some((shoot) => shoot.id === id);
}
