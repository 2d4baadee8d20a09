/** Command line of `npm run shoot`. */
import { parseArgs } from 'node:util';

const USAGE = `npm run shoot -- [--sitter NAME | --reference FILE...] [--shoot NAME | --direction F5,S4,...]
  --sitter NAME       a sample sitter by name or id; "sample" is the first one (default)
  --reference FILE    a photograph instead; repeat for up to 8
  --shoot NAME        a named shoot, for example "Rooftop Dusk"
  --direction LIST    option ids, for example F5,S4,Y7,M9,P7,L4; left-out axes are the photographer's choice
  --seed N            first seed, 0..4294967295 (default 1); every further frame adds one
  --count N           frames, 1-9 (default 1)
  --steps N --guidance X --strength X   the pack's own defaults when left out
  --device wasm|webgpu  override the automatic choice
  --rebuild           build the app again even when build/ is there
  --out DIR           where to write (default out)`;

/** Parses and checks the arguments; throws a sentence for bad ones, prints the usage for --help. */
export function readArguments() {
	const { values } = parseArgs({
		options: {
			sitter: { type: 'string' },
			reference: { type: 'string', multiple: true },
			shoot: { type: 'string' },
			direction: { type: 'string' },
			seed: { type: 'string', default: '1' },
			count: { type: 'string', default: '1' },
			steps: { type: 'string' },
			guidance: { type: 'string' },
			strength: { type: 'string' },
			device: { type: 'string' },
			rebuild: { type: 'boolean', default: false },
			out: { type: 'string', default: 'out' },
			help: { type: 'boolean', default: false }
		}
	});
	if (values.help) {
		console.log(USAGE);
		process.exit(0);
	}
	if (values.sitter && values.reference)
		throw new Error('Choose --sitter or --reference, not both.');
	if (values.shoot && values.direction) throw new Error('Choose --shoot or --direction, not both.');
	const number = (name, low, high, integer) => {
		const text = values[name];
		if (text === undefined) return undefined;
		const value = Number(text);
		if (
			!Number.isFinite(value) ||
			value < low ||
			value > high ||
			(integer && !Number.isInteger(value))
		)
			throw new Error(
				`--${name} must be ${integer ? 'a whole number' : 'a number'} from ${low} to ${high}.`
			);
		return value;
	};
	if (values.device && !['wasm', 'webgpu'].includes(values.device))
		throw new Error('--device must be wasm or webgpu.');
	return {
		...values,
		seed: number('seed', 0, 2 ** 32 - 1, true),
		count: number('count', 1, 9, true),
		steps: number('steps', 1, 100, true),
		guidance: number('guidance', 1, 20, false),
		strength: number('strength', 0, 1, false)
	};
}
