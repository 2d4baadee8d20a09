/**
 * `npm run packs:prove`: the proofs of Large Format, without the real hub. Full size: written by the forge, assembled in Node, run by ONNX
 * Runtime beside diffusers. Small size, in Chromium: installed, killed, resumed, shot with, shot with offline, removed, against goldens. Ends
 * with one line of JSON.
 *
 * `npm run packs:prove -- [--python PATH] [--work FOLDER] [--variants mixed --variants float32] [--only full|browser|none] [--chromium]`
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { proveInBrowser } from './packs-prove/browser.mjs';
import { proveInChromium } from './packs-prove/in-chromium.mjs';
import { proveFullSize } from './packs-prove/full-size.mjs';
import { root } from './setup.mjs';

const { values } = parseArgs({
	options: {
		python: { type: 'string', default: join(root, '.venv/bin/python') },
		work: { type: 'string', default: join(root, 'out/packs-prove') },
		variants: { type: 'string', multiple: true, default: ['mixed', 'float32'] },
		config: { type: 'string', default: 'sd15' },
		only: { type: 'string' },
		/** Also installs the first variant in Chromium and takes one step with it on WASM: some minutes more. */
		chromium: { type: 'boolean', default: false }
	}
});
const work = resolve(values.work);
await mkdir(work, { recursive: true });
const started = Date.now();
/** @type {Record<string, unknown>} */
const report = {};
if (!['full', 'none'].includes(values.only ?? '')) report.browser = await proveInBrowser();
if (!['browser', 'none'].includes(values.only ?? '')) {
	if (!existsSync(values.python))
		throw new Error(
			`${values.python} is missing: --python, with \`pip install -e models/forge[large]\``
		);
	report.fullSize = [];
	for (const variant of values.variants)
		report.fullSize.push(
			await proveFullSize({ python: values.python, work, variant, config: values.config })
		);
}
if (values.chromium)
	report.chromium = await proveInChromium({
		written: join(work, values.config),
		variant: values.variants[0] ?? 'mixed',
		work,
		size: { width: 384, height: 480 },
		steps: 1
	});
report.minutes = Math.round((Date.now() - started) / 6000) / 10;
const line = JSON.stringify(report);
await writeFile(join(work, 'proof.json'), `${line}\n`);
console.log(line);
