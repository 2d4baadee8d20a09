/**
 * `npm test`: set-up, then every check, fast ones first. Stops at the first failing step.
 * Ends with one line "N passed, N failed" over all test runners.
 */
import { spawn } from 'node:child_process';
import { ensureChromium, ensurePackages, root } from './setup.mjs';

const STEPS = [
	['prepare', 'node', ['scripts/prepare-static.mjs']],
	['sync', 'npx', ['svelte-kit', 'sync']],
	['lint', 'npm', ['run', '--silent', 'lint']],
	['types', 'npm', ['run', '--silent', 'check']],
	['unit', 'npm', ['run', '--silent', 'test:unit']],
	['golden', 'npm', ['run', '--silent', 'test:golden']],
	['browser', 'npm', ['run', '--silent', 'test:browser']],
	['ui', 'npm', ['run', '--silent', 'test:ui']],
	['build', 'npm', ['run', '--silent', 'build']],
	['end-to-end', 'npm', ['run', '--silent', 'test:e2e']]
];

// eslint-disable-next-line no-control-regex
const ANSI = /\u001b\[[0-9;]*m/g;

/** Sums vitest's "Tests  12 passed | 1 failed (13)" and Playwright's "12 passed (3.4s)" / "1 failed". */
function countTests(output) {
	let passed = 0;
	let failed = 0;
	for (const line of output.replace(ANSI, '').split('\n')) {
		if (!/^\s*(Tests\s|\d+ (passed|failed)\b)/.test(line)) continue;
		passed += Number(/(\d+) passed/.exec(line)?.[1] ?? 0);
		failed += Number(/(\d+) failed/.exec(line)?.[1] ?? 0);
	}
	return { passed, failed };
}

function runStep(command, args) {
	return new Promise((resolve) => {
		const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
		let output = '';
		for (const stream of ['stdout', 'stderr']) {
			child[stream].on('data', (chunk) => {
				output += chunk;
				process[stream].write(chunk);
			});
		}
		child.on('close', (code) => resolve({ code: code ?? 1, output }));
	});
}

/** Chromium itself went away under the tests (seen once in CI, out of memory or a crash): they have said nothing then. */
const lostBrowser = (output) => output.includes('Browser connection was closed');

ensurePackages();
await ensureChromium();
const total = { passed: 0, failed: 0 };
let ok = true;
const only = process.argv.slice(2);
for (const [name, command, args] of STEPS) {
	if (only.length && !only.includes(name)) continue;
	const started = Date.now();
	console.log(`\n== ${name}`);
	let { code, output } = await runStep(command, args);
	if (code !== 0 && lostBrowser(output)) {
		console.log(`== ${name}: Chromium went away; once more from the start`);
		({ code, output } = await runStep(command, args));
	}
	const counts = countTests(output);
	total.passed += counts.passed;
	total.failed += counts.failed;
	console.log(
		`== ${name}: ${code === 0 ? 'ok' : 'FAILED'} in ${((Date.now() - started) / 1000).toFixed(0)} s`
	);
	if (code !== 0) {
		ok = false;
		if (counts.failed === 0) total.failed += 1;
		break;
	}
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(ok ? 0 : 1);
