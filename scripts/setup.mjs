/**
 * What has to be there before anything runs: the right Node, the packages of package-lock.json and,
 * for tests and `npm run shoot`, a Chromium. Uses only Node itself, since it runs before `npm ci`.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemChromium } from './chromium.mjs';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules/.luxshot-lock');

/**
 * Runs a command with inherited output; throws a one-line error when it fails.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} options
 */
export function run(command, args, options = {}) {
	const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
	if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}

/** Installs the locked packages unless exactly these are installed already. */
export function ensurePackages() {
	const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
	if (major < 20 || (major === 20 && minor < 19))
		throw new Error(`LuxShot needs Node 20.19 or newer; this is ${process.versions.node}.`);
	const lock = createHash('sha256')
		.update(readFileSync(join(root, 'package-lock.json')))
		.digest('hex');
	if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
	console.log('Installing packages (npm ci) ...');
	run('npm', ['ci', '--no-fund', '--no-audit']);
	mkdirSync(dirname(stamp), { recursive: true });
	writeFileSync(stamp, lock);
}

/** Installs a Chromium when there is none: Debian's as root on Debian, Playwright's own elsewhere. */
export async function ensureChromium() {
	if (systemChromium()) return;
	const { chromium } = await import('playwright');
	if (existsSync(chromium.executablePath())) return;
	console.log('Installing Chromium for the tests ...');
	if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
		const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
		run('apt-get', ['update', '-qq'], { env });
		run('apt-get', ['install', '-y', '-qq', 'chromium'], { env });
	} else run('npx', ['playwright', 'install', '--with-deps', 'chromium']);
}
