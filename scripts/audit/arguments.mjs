/** Command line of `npm run audit`. */
import { parseArgs } from 'node:util';

export const PRESETS = /** @type {const} */ (['desktop', 'mobile']);
/** @typedef {(typeof PRESETS)[number]} Preset */

/**
 * @param {string[]} argv
 * @returns {{ build: boolean, pages: string[] | null, presets: Preset[], floor: number, runs: number }} `pages` null: every page of the build; of `runs` of a page
 *   the one in the middle counts
 * @throws {Error} in words, for a flag that is not known or a value that makes no sense
 */
export function readArguments(argv = process.argv.slice(2)) {
	const { values } = parseArgs({
		args: argv,
		options: {
			'no-build': { type: 'boolean', default: false },
			page: { type: 'string', multiple: true },
			preset: { type: 'string', multiple: true },
			floor: { type: 'string', default: '95' },
			runs: { type: 'string', default: '3' }
		}
	});
	const presets = values.preset ?? [...PRESETS];
	const unknown = presets.find((preset) => !PRESETS.some((known) => known === preset));
	if (unknown !== undefined)
		throw new Error(`--preset ${unknown}: there are ${PRESETS.join(' and ')}`);
	const floor = Number(values.floor);
	if (!(floor >= 0 && floor <= 100)) throw new Error(`--floor ${values.floor}: 0 to 100`);
	const runs = Number(values.runs);
	if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${values.runs}: 1 or more`);
	return {
		build: !values['no-build'],
		pages: values.page ?? null,
		presets: /** @type {Preset[]} */ (presets),
		floor,
		runs
	};
}
