/**
 * `npm run audit`: builds the site, serves it as a host would, and runs Lighthouse (desktop and mobile) and axe (phone and
 * desk, light and dark) over every page of it. Prints a table and ends with one JSON line; exits with 1 below the floor.
 *
 * `npm run audit -- [--no-build] [--page team/]... [--preset desktop|mobile]... [--floor 95] [--runs 3]`
 * One load says little about speed (the same page scores 87 to 98 here), so the middle one of several counts, as Lighthouse advises.
 * Not part of `npm test`: scores of performance depend on what else the machine does.
 */
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { readArguments } from './audit/arguments.mjs';
import { CATEGORIES, middleReport, readReport, table, verdict } from './audit/summary.mjs';
import { CHROMIUM_FLAGS, systemChromium } from './chromium.mjs';
import { ensureChromium, ensurePackages, root, run } from './setup.mjs';

const VIEWS = [
	{ width: 1440, height: 900 },
	{ width: 390, height: 844 }
];

const ATTEMPTS = 3;

/** Paths of all pages in the build, the front page first. */
async function pagesOf(directory) {
	const files = await readdir(directory, { recursive: true });
	return files
		.filter((file) => /(^|\/)index\.html$/.test(file.replaceAll('\\', '/')))
		.map((file) => file.replaceAll('\\', '/').replace(/index\.html$/, ''))
		.toSorted();
}

/** A port that was free a moment ago: Chromium cannot be asked to choose one and tell. */
function freePort() {
	return new Promise((found, failed) => {
		const server = createServer();
		server.once('error', failed);
		server.listen(0, '127.0.0.1', () => {
			const { port } = server.address();
			server.close(() => found(port));
		});
	});
}

/** Rules that axe finds broken on a page, in every view and scheme, each once with its place. */
async function runAxe(browser, AxeBuilder, url) {
	const found = new Set();
	for (const viewport of VIEWS)
		for (const colorScheme of ['light', 'dark']) {
			const context = await browser.newContext({ viewport, colorScheme });
			const page = await context.newPage();
			await page.goto(url);
			await page.getByRole('main').waitFor();
			const { violations } = await new AxeBuilder({ page }).analyze();
			for (const { id, nodes } of violations)
				found.add(`axe ${id} at ${viewport.width} px, ${colorScheme}: ${nodes[0]?.html ?? ''}`);
			await context.close();
		}
	return [...found];
}

/** Lighthouse's report; asked again when its own recording went wrong, which says nothing about the page. */
async function measured(measure, url) {
	for (let left = ATTEMPTS - 1; ; left--) {
		const result = await measure();
		const error = result ? result.lhr.runtimeError : { code: 'NO_RESULT', message: '' };
		if (result && !error) return result.lhr;
		if (left === 0 || error.code !== 'NO_NAVSTART')
			throw new Error(`${url}: ${error.code} ${error.message}`);
	}
}

async function main() {
	const { build, pages: wanted, presets, floor, runs } = readArguments();
	ensurePackages();
	await ensureChromium();
	if (build) run('npm', ['run', '--silent', 'build']);
	const [{ default: lighthouse }, { default: desktop }, { default: AxeBuilder }] =
		await Promise.all([
			import('lighthouse'),
			import('lighthouse/core/config/desktop-config.js'),
			import('@axe-core/playwright')
		]);
	const { serve } = await import('./serve.mjs');
	const { chromium } = await import('playwright');
	const directory = join(root, 'build');
	const server = await serve({ dir: directory });
	const port = await freePort();
	const browser = await chromium.launch({
		executablePath: systemChromium(),
		args: [...CHROMIUM_FLAGS, `--remote-debugging-port=${port}`]
	});
	const audits = [];
	try {
		for (const page of wanted ?? (await pagesOf(directory))) {
			const url = new URL(page, server.url).href;
			const axe = await runAxe(browser, AxeBuilder, url);
			for (const preset of presets) {
				const measure = () =>
					lighthouse(
						url,
						{ port, onlyCategories: [...CATEGORIES], logLevel: 'error' },
						preset === 'desktop' ? desktop : undefined
					);
				const reports = [];
				for (let run = 0; run < runs; run++) reports.push(readReport(await measured(measure, url)));
				audits.push({ page, preset, ...middleReport(reports), axe });
				console.error(`/${page} ${preset} done`);
			}
		}
	} finally {
		await browser.close();
		await server.close();
	}
	const { passed, line } = verdict(audits, floor);
	console.log(`\n${table(audits)}\n`);
	console.log(line);
	process.exitCode = passed ? 0 : 1;
}

main().catch((error) => {
	console.error(error instanceof Error ? error.message : error);
	process.exit(1);
});
