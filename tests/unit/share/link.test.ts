import { AXES, AXIS_LETTER, type Direction } from '$lib/contract/direction';
import { isLuxError, LuxError } from '$lib/contract/errors';
import { UNDIRECTED } from '$lib/direction/compile';
import {
	formatLink,
	looksShared,
	MAX_LINK_BYTES,
	parseLink,
	samePack,
	type SharedShoot
} from '$lib/share/link';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const HASH = 'a1b2c3d4e5f60718'.repeat(4);
const shoot: SharedShoot = {
	direction: { framing: 'F5', setting: 'S4', styling: 'Y7', mood: 'M9', pose: 'P7', look: 'L4' },
	counterpart: null,
	locked: ['framing', 'look'],
	seed: 4711,
	count: 3,
	identityStrength: 0.85,
	pack: { id: 'pocket', hash: HASH },
	sample: 'ines'
};
const TEXT =
	'shoot=1&d=F5,S4,Y7,M9,P7,L4&lock=FL&seed=4711&n=3&strength=0.85&pack=pocket.a1b2c3d4e5f60718&sample=ines';

const direction = fc
	.record(
		Object.fromEntries(
			AXES.map((axis) => [
				axis,
				fc.option(fc.integer({ min: 1, max: 9 }).map((digit) => `${AXIS_LETTER[axis]}${digit}`))
			])
		)
	)
	.map((value) => value as unknown as Direction);
const shared: fc.Arbitrary<SharedShoot> = fc.record({
	direction,
	counterpart: fc.option(direction),
	locked: fc.subarray([...AXES]),
	seed: fc.integer({ min: 0, max: 0xffff_ffff }),
	count: fc.integer({ min: 1, max: 9 }),
	identityStrength: fc.integer({ min: 0, max: 10000 }).map((value) => value / 10000),
	pack: fc.record({
		id: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/),
		hash: fc.stringMatching(/^[0-9a-f]{16}$/)
	}),
	sample: fc.option(fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/))
});

function codeOf(fragment: string): string {
	try {
		parseLink(fragment);
		return 'accepted';
	} catch (error) {
		return error instanceof LuxError ? error.code : `threw ${String(error)}`;
	}
}

describe('a link', () => {
	it('is short and readable', () => {
		expect(formatLink(shoot)).toBe(TEXT);
	});
	it('comes back as it was sent', () => {
		fc.assert(
			fc.property(shared, (value) => {
				const text = formatLink(value);
				expect(text.length).toBeLessThan(300);
				expect(parseLink(`#${text}`)).toEqual(value);
			})
		);
	});
	it('holds both sides of a pair, and says that older versions cannot read it', () => {
		const editorial = shoot.direction;
		const headshot = { ...editorial, setting: 'S1', look: 'L1' } as const;
		const text = formatLink({ ...shoot, direction: headshot, counterpart: editorial });
		expect(text).toMatch(/^shoot=2&d=F5,S1,Y7,M9,P7,L1&with=F5,S4,Y7,M9,P7,L4&/);
		expect(codeOf(text)).toBe('accepted');
		expect(codeOf(text.replace('shoot=2', 'shoot=1'))).toBe('link-damaged');
		expect(codeOf(text.replace(/&with=[^&]*/, ''))).toBe('link-damaged');
		expect(codeOf(text.replace('with=F5', 'with=F5,F6'))).toBe('link-damaged');
	});
	it('survives a mail program that escapes commas', () => {
		expect(parseLink(TEXT.replaceAll(',', '%2C')).direction).toEqual(shoot.direction);
	});
	it('says nothing about an own sitter', () => {
		expect(formatLink({ ...shoot, sample: null })).not.toContain('sample');
	});
	it('keeps a direction that leaves everything open', () => {
		expect(parseLink(formatLink({ ...shoot, direction: UNDIRECTED })).direction).toEqual(
			UNDIRECTED
		);
	});
	it('knows its pack by the beginning of the hash', () => {
		const { pack } = parseLink(TEXT);
		expect(samePack(pack, { id: 'pocket', hash: HASH })).toBe(true);
		expect(samePack(pack, { id: 'pocket', hash: HASH.replace('a', 'b') })).toBe(false);
		expect(samePack(pack, { id: 'other', hash: HASH })).toBe(false);
	});
});

describe('a hostile or strange fragment', () => {
	it.each([
		['', 'link-damaged'],
		['shoot=1', 'link-damaged'],
		[TEXT.replace('shoot=1', 'shoot=3'), 'link-newer'],
		[TEXT.replace('shoot=1', 'shoot=999'), 'link-newer'],
		[TEXT.replace('shoot=1', 'shoot=-1'), 'link-damaged'],
		[TEXT.replace('F5', 'F0'), 'link-damaged'],
		[TEXT.replace('S4', 'F4'), 'link-damaged'],
		[TEXT.replace('lock=FL', 'lock=FF'), 'link-damaged'],
		[TEXT.replace('4711', '4294967296'), 'link-damaged'],
		[TEXT.replace('4711', '1e9'), 'link-damaged'],
		[TEXT.replace('n=3', 'n=0'), 'link-damaged'],
		[TEXT.replace('n=3', 'n=10'), 'link-damaged'],
		[TEXT.replace('0.85', '1.5'), 'link-damaged'],
		[TEXT.replace('0.85', 'NaN'), 'link-damaged'],
		[`${TEXT}&seed=1`, 'link-damaged'],
		[`${TEXT}&face=data`, 'link-damaged'],
		[`${TEXT}&__proto__=1`, 'link-damaged'],
		[`${TEXT}&constructor=1`, 'link-damaged'],
		[TEXT.replace('ines', '<img src=x>'), 'link-damaged'],
		[`shoot=1&${'x'.repeat(MAX_LINK_BYTES)}`, 'link-too-long'],
		['x'.repeat(10_000_000), 'link-too-long']
	])('%# is refused with a word', (fragment, code) => {
		expect(codeOf(fragment)).toBe(code);
	});
	it('never does anything but return or refuse', () => {
		const piece = fc.oneof(
			fc.constantFrom('__proto__', 'shoot', 'd', 'seed', '=', '&', '1', 'F1', '%', '%zz', '%00'),
			fc.string({ unit: 'binary', maxLength: 20 })
		);
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
				try {
					parseLink(pieces.join(''));
				} catch (error) {
					expect(
						isLuxError(error, 'link-damaged') ||
							isLuxError(error, 'link-newer') ||
							isLuxError(error, 'link-too-long')
					).toBe(true);
				}
				expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
			}),
			{ numRuns: 500 }
		);
	});
	it('is told from an ordinary anchor', () => {
		expect(looksShared('#main')).toBe(false);
		expect(looksShared(`#${TEXT}`)).toBe(true);
	});
});
