/** The proofs at a small size: the tests themselves, and the figures that they print. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../setup.mjs';

const VITEST = [
	'tests/browser/large-format.test.ts',
	'tests/browser/pack-keeper.test.ts',
	'tests/browser/pack-sizes.test.ts'
];
const UNIT = [
	'tests/unit/assembly',
	'tests/golden/schedulers.test.ts',
	'tests/golden/clip-tokens.test.ts',
	'tests/golden/clip-ids.test.ts'
];
const END_TO_END = ['tests/e2e/packs.test.ts'];

/** @param {string[]} args @param {NodeJS.ProcessEnv} [env] @returns {Promise<{ code: number, output: string }>} */
function run(args, env = {}) {
	return new Promise((done) => {
		const child = spawn('npx', args, {
			cwd: root,
			env: { ...process.env, ...env },
			stdio: ['ignore', 'pipe', 'inherit']
		});
		let output = '';
		child.stdout.on('data', (part) => (output += part));
		child.on('close', (code) => done({ code: code ?? 1, output }));
	});
}

/** What tests print as `figure NAME VALUE`: the largest of each. @param {string} output */
export function figuresOf(output) {
	/** @type {Record<string, number>} */
	const figures = {};
	for (const [, name = '', value] of output.matchAll(/figure (\S+) ([-+.\de]+)/g))
		figures[name] = Math.max(figures[name] ?? -Infinity, Number(value));
	return figures;
}

/** @returns What `npm run packs:prove` reports of the small size. */
export async function proveInBrowser() {
	const folder = await mkdtemp(join(tmpdir(), 'packs-prove-'));
	const report = join(folder, 'report.json');
	try {
		console.error('small size: readers, assembly and keeper');
		const tests = await run([
			'vitest',
			'run',
			'--project',
			'unit',
			'--project',
			'golden',
			'--project',
			'browser',
			...VITEST,
			...UNIT,
			'--reporter=default',
			'--reporter=json',
			`--outputFile.json=${report}`
		]);
		const { numPassedTests, numFailedTests } = JSON.parse(await readFile(report, 'utf8'));
		console.error('small size: end to end');
		await run(['vite', 'build', '--logLevel', 'error']);
		const whole = await run(['playwright', 'test', ...END_TO_END, '--reporter=line,json'], {
			PLAYWRIGHT_JSON_OUTPUT_NAME: report
		});
		const { stats } = JSON.parse(await readFile(report, 'utf8'));
		return {
			tests: { passed: numPassedTests, failed: numFailedTests },
			endToEnd: { passed: stats.expected, failed: stats.unexpected },
			green: tests.code === 0 && whole.code === 0,
			figures: figuresOf(tests.output + whole.output)
		};
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}
