/** A direction: one option (or none: photographer's choice) on each of the six axes. Ids are stable. */

export const AXES = ['framing', 'setting', 'styling', 'mood', 'pose', 'look'] as const;
export type Axis = (typeof AXES)[number];

/** Letter of an axis in option ids. */
export const AXIS_LETTER = {
	framing: 'F',
	setting: 'S',
	styling: 'Y',
	mood: 'M',
	pose: 'P',
	look: 'L'
} as const satisfies Record<Axis, string>;

type Digit = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
export type OptionId<A extends Axis = Axis> = `${(typeof AXIS_LETTER)[A]}${Digit}`;

/** `null` on an axis means unset: the model chooses. */
export type Direction = { [A in Axis]: OptionId<A> | null };

/** A document that has to be recognised, or a point of view. */
export type Intent = 'headshot' | 'editorial';
