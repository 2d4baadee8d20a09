/**
 * A shoot as the fragment of a link: direction, locks, seed, frames, strength and pack. Never a face, never a name a person
 * typed. The fragment is not sent to any server; whoever opens it gets plain data that is checked before it is used.
 */
import { AXES, AXIS_LETTER, type Axis, type Direction } from '$lib/contract/direction';
import { LuxError } from '$lib/contract/errors';
import { formatDirection, parseDirection, UNDIRECTED } from '$lib/direction/compile';
import * as v from 'valibot';

/** Longer fragments abort the navigation in some browsers; an honest link has about 100 characters. */
export const MAX_LINK_BYTES = 8192;
const VERSION = 1;
/** Links of pairs, which say more than version 1 can: only they are written with this number. */
const PAIR_VERSION = 2;
const MAX_SEED = 0xffff_ffff;
const MAX_COUNT = 9;
/** Enough of the pack's SHA-256 to tell versions apart. */
const HASH_DIGITS = 16;
/** What a direction without any chosen option is written as. */
const OPEN = 'open';

export interface SharedShoot {
	direction: Direction;
	/** For a pair the editorial side, and `direction` is the headshot; null for anything else. */
	counterpart: Direction | null;
	locked: readonly Axis[];
	/** Seed of the first frame. */
	seed: number;
	count: number;
	identityStrength: number;
	pack: { id: string; hash: string };
	/** The sample sitter it was shot with; null for own sitters, about whom a link says nothing. */
	sample: string | null;
}

const wholeNumber = (limit: number) =>
	v.pipe(v.string(), v.regex(/^\d{1,10}$/), v.transform(Number), v.maxValue(limit));

const directionText = v.pipe(v.string(), v.regex(/^(open|[FSYMPL][1-9](,[FSYMPL][1-9]){0,5})$/));

/** Strict: a field this version does not know is a mistake, not something to pass over in silence. */
const schema = v.strictObject({
	shoot: v.picklist([String(VERSION), String(PAIR_VERSION)]),
	d: directionText,
	with: v.optional(directionText),
	lock: v.optional(v.pipe(v.string(), v.regex(/^[FSYMPL]{1,6}$/))),
	seed: wholeNumber(MAX_SEED),
	n: v.pipe(wholeNumber(MAX_COUNT), v.minValue(1)),
	strength: v.pipe(v.string(), v.regex(/^(0(\.\d{1,4})?|1(\.0{1,4})?)$/), v.transform(Number)),
	pack: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,63}\.[0-9a-f]{16}$/)),
	sample: v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/)))
});

/** The fragment without its `#`. */
export function formatLink(shoot: SharedShoot): string {
	const { direction, counterpart, locked, seed, count, identityStrength, pack, sample } = shoot;
	const letters = AXES.filter((axis) => locked.includes(axis)).map((axis) => AXIS_LETTER[axis]);
	const fields = [
		['shoot', String(counterpart ? PAIR_VERSION : VERSION)],
		['d', formatDirection(direction) || OPEN],
		...(counterpart ? [['with', formatDirection(counterpart) || OPEN]] : []),
		...(letters.length ? [['lock', letters.join('')]] : []),
		['seed', String(seed)],
		['n', String(count)],
		['strength', String(Number(identityStrength.toFixed(4)))],
		['pack', `${pack.id}.${pack.hash.slice(0, HASH_DIGITS)}`],
		...(sample ? [['sample', sample]] : [])
	];
	// Nothing a checked shoot holds needs escaping, and commas stay readable.
	return fields.map(([key, value]) => `${key}=${value}`).join('&');
}

/** Whether a fragment means to be a shoot at all; others (`#main`) are none of our business. */
export function looksShared(fragment: string): boolean {
	return /^#?shoot=/.test(fragment.slice(0, 16));
}

/**
 * @param fragment with or without its `#`
 * @throws LuxError `link-too-long`, `link-newer` (made by a later LuxShot) or `link-damaged`
 */
export function parseLink(fragment: string): SharedShoot {
	const text = fragment.replace(/^#/, '');
	if (text.length > MAX_LINK_BYTES)
		throw new LuxError('link-too-long', { length: text.length, limit: MAX_LINK_BYTES });
	const fields = readFields(text);
	const version = /^\d{1,6}$/.test(fields['shoot'] ?? '') ? Number(fields['shoot']) : 0;
	if (version > PAIR_VERSION) throw new LuxError('link-newer', { version });
	const parsed = v.safeParse(schema, fields);
	if (!parsed.success) throw damaged(v.getDotPath(parsed.issues[0]) ?? 'shoot');
	const { d, with: other, lock, seed, n, strength, pack, sample } = parsed.output;
	// A pair has two sides, anything else has one.
	if ((version === PAIR_VERSION) !== (other !== undefined)) throw damaged('with');
	const [id = '', hash = ''] = pack.split('.');
	return {
		direction: readDirection('d', d),
		counterpart: other === undefined ? null : readDirection('with', other),
		locked: readLocks(lock ?? ''),
		seed,
		count: n,
		identityStrength: strength,
		pack: { id, hash },
		sample: sample ?? null
	};
}

/** Whether a pack is the one a link was made with: the same pixels can be expected. */
export function samePack(shared: SharedShoot['pack'], here: { id: string; hash: string }): boolean {
	return shared.id === here.id && here.hash.startsWith(shared.hash);
}

/** A null prototype: no key of a link can reach anything. Every key counts once. */
function readFields(text: string): Record<string, string> {
	const fields = Object.create(null) as Record<string, string>;
	for (const [key, value] of new URLSearchParams(text)) {
		if (key in fields) throw damaged(key);
		fields[key] = value;
	}
	return fields;
}

function readDirection(field: string, text: string): Direction {
	if (text === OPEN) return UNDIRECTED;
	try {
		return parseDirection(text);
	} catch {
		throw damaged(field);
	}
}

function readLocks(letters: string): readonly Axis[] {
	if (new Set(letters).size !== letters.length) throw damaged('lock');
	return AXES.filter((axis) => letters.includes(AXIS_LETTER[axis]));
}

/** The name of a field is cut: it may be anything. */
function damaged(field: string): LuxError<'link-damaged'> {
	return new LuxError('link-damaged', { field: field.slice(0, 20) });
}
