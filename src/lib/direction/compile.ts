/** A direction turned into what machines and people read: ids, text, words. */
import { AXES, AXIS_LETTER, type Axis, type Direction } from '$lib/contract/direction';
import { LuxError } from '$lib/contract/errors';
import type { PackManifest } from '$lib/contract/manifest';
import { VOCABULARY, findOption, type Option } from './vocabulary';

/** The id a vocabulary pack takes for "photographer's choice". */
export const UNSET_ID = 9;

/** Early words weigh more in a text encoder: the person before the place, the finish last. */
const PROMPT_ORDER: readonly Axis[] = ['framing', 'pose', 'styling', 'setting', 'mood', 'look'];

export const UNDIRECTED: Direction = {
	framing: null,
	setting: null,
	styling: null,
	mood: null,
	pose: null,
	look: null
};

/** The chosen option on an axis, or null for photographer's choice. */
export function chosen<A extends Axis>(direction: Direction, axis: A): Option<A> | null {
	return VOCABULARY[axis].find(({ id }) => id === direction[axis]) ?? null;
}

/**
 * `direction_ids` of a vocabulary pack.
 * @returns int32 [6] in axis order, each 0..8, or 9 where the axis is unset
 */
export function compileDirection(direction: Direction): Int32Array {
	return Int32Array.from(AXES, (axis) => chosen(direction, axis)?.index ?? UNSET_ID);
}

/** What is set, in the order a text-conditioned pack is told it. */
export function promptParts(direction: Direction): readonly Option[] {
	return PROMPT_ORDER.flatMap((axis): readonly Option[] => {
		const option = chosen(direction, axis);
		return option ? [option] : [];
	});
}

/**
 * The positive prompt of a text-conditioned pack; empty when nothing is set.
 * @param notes on the sitter, only where the person asked for them to be told; last, so that nothing of the direction is cut
 */
export function compilePrompt(direction: Direction, notes = ''): string {
	return [...promptParts(direction).map(({ fragment }) => fragment), notes.trim()]
		.filter((part) => part !== '')
		.join(', ');
}

/**
 * The prompt, for packs that read one.
 * @param notes as in `compilePrompt`
 */
export function promptFor(
	{ conditioning }: Pick<PackManifest, 'conditioning'>,
	direction: Direction,
	notes = ''
): { prompt?: string } {
	return conditioning.kind === 'clip' ? { prompt: compilePrompt(direction, notes) } : {};
}

/** The stable spelling, for example `F5,S4,Y7,M9,P7,L4`; unset axes are left out. */
export function formatDirection(direction: Direction): string {
	return AXES.flatMap((axis) => direction[axis] ?? []).join(',');
}

/**
 * Reads option ids separated by commas, in any order and case; axes not named stay unset.
 * @throws LuxError `request-invalid` for an unknown id, an axis named twice, or no id at all
 */
export function parseDirection(text: string): Direction {
	const words = text
		.split(',')
		.map((word) => word.trim().toUpperCase())
		.filter((word) => word !== '');
	if (words.length === 0) throw invalid('a direction needs at least one option, for example F5');
	return words.reduce<Direction>((direction, word) => {
		const option = findOption(word);
		if (!option)
			throw invalid(
				`"${word}" is no option; use one of ${Object.values(AXIS_LETTER).join(', ')} and a digit from 1 to 9`
			);
		if (direction[option.axis] !== null)
			throw invalid(`${option.axis} is named twice: ${direction[option.axis]} and ${word}`);
		return { ...direction, [option.axis]: option.id };
	}, UNDIRECTED);
}

/** One sentence a person reads, for example on a finished frame. */
export function describeDirection(direction: Direction): string {
	const names = AXES.flatMap((axis) => chosen(direction, axis)?.name ?? []);
	if (names.length === 0) return "All six left to the photographer's choice.";
	const [first = '', ...rest] = names;
	return `${[first, ...rest.map((name) => lowerFirst(name))].join(', ')}.`;
}

/** Film stocks and other proper names keep their capital inside a sentence. */
function lowerFirst(name: string): string {
	return /^(Portra|Tri-X)/.test(name) ? name : name.charAt(0).toLowerCase() + name.slice(1);
}

function invalid(detail: string): LuxError<'request-invalid'> {
	return new LuxError('request-invalid', { detail });
}
