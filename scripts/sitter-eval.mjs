/**
 * `npm run sitter:eval`: what the app makes of photographs, measured through the app itself (routes/runner) on data in this
 * repository. Ends with one line of JSON; `--out FILE` keeps the scores behind it, `--calibrate FILE` writes the likeness
 * scale that `forge likeness` puts into a pack's manifest (docs/likeness.md).
 */
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { unwrap, withRunnerPage } from './runner-page.mjs';
import { root } from './setup.mjs';
import { frameFigures, shootFrames } from './sitter-eval/frames.mjs';
import { faceFigures } from './sitter-eval/faces.mjs';
import { hostileFigures, photoFigures } from './sitter-eval/photos.mjs';

const { values } = parseArgs({
	options: {
		rebuild: { type: 'boolean', default: false },
		/** Held-out sitters that are shot, five frames each. */
		sitters: { type: 'string', default: '16' },
		out: { type: 'string' },
		calibrate: { type: 'string' }
	}
});

const read = async (/** @type {string} */ path) =>
	(await readFile(join(root, path))).toString('base64');
const labelsOf = async (/** @type {string} */ folder) =>
	JSON.parse(await readFile(join(root, folder, 'labels.json'), 'utf8'));

/** Reads one picture through the app: its reference, or the error it was refused with. */
async function readPicture(page, picture) {
	const outcome = await page.evaluate(
		(photo) => window.luxshotRunner.readReference(photo),
		picture
	);
	return outcome.ok ? { ...outcome.value, error: null } : { error: outcome.error };
}

const photograph = async (page, path) =>
	readPicture(page, { base64: await read(path), name: path });

async function photographs(page, folder, labels) {
	const read = [];
	for (const label of labels)
		read.push({ ...label, ...(await photograph(page, join(folder, label.file))) });
	return read;
}

/** Every file of the hostile corpus with what the app is expected to say about it. */
async function corpus(page) {
	const folder = 'tests/corpus';
	const outcomes = JSON.parse(await readFile(join(root, folder, 'outcomes.json'), 'utf8'));
	const read = [];
	for (const { file, outcome } of outcomes)
		read.push({ outcome, ...(await photograph(page, join(folder, 'files', file))) });
	return read;
}

async function sampleLabels() {
	const sitters = JSON.parse(await readFile(join(root, 'static/sitters/sitters.json'), 'utf8'));
	return sitters.flatMap(({ id, references }) =>
		references.map((file) => ({ sitter: id, file: join(id, file) }))
	);
}

await withRunnerPage({ rebuild: values.rebuild }, async (page, foreign) => {
	const say = (/** @type {string} */ what) =>
		console.log(`${((Date.now() - started) / 1000).toFixed(0)} s  ${what}`);
	const started = Date.now();
	const boot = unwrap(
		await page.evaluate(() => window.luxshotRunner.boot({ device: 'wasm', pack: 'packs/pocket' })),
		'start-up'
	);
	const compare = async (comparisons) =>
		unwrap(
			await page.evaluate((list) => window.luxshotRunner.compare(list), comparisons),
			'comparing'
		);
	// The first photograph pays for what is compiled lazily.
	await photograph(page, 'tests/fixtures/photos/astronaut.jpg');
	const [photoFolder, faultFolder, heldoutFolder] = ['photos', 'faults', 'heldout'].map((name) =>
		join('tests/fixtures', name)
	);
	const found = {
		real: await photographs(
			page,
			photoFolder,
			(await readdir(join(root, photoFolder)))
				.filter((file) => file.endsWith('.jpg'))
				.map((file) => ({ file }))
		),
		samples: await photographs(page, 'static/sitters', await sampleLabels()),
		faults: await photographs(page, faultFolder, await labelsOf(faultFolder)),
		heldout: await photographs(page, heldoutFolder, await labelsOf(heldoutFolder))
	};
	say('photographs read');
	const photos = photoFigures(found);
	const hostile = hostileFigures(await corpus(page));
	const faces = await faceFigures(found, compare);
	say('faces compared');
	const shot = await shootFrames(
		page,
		found.heldout,
		Number(values.sitters),
		(picture) => readPicture(page, picture),
		say
	);
	const portraits = await frameFigures(shot, found.heldout, compare);
	const { scale, raw, ...likeness } = faces;
	if (values.calibrate) await writeFile(values.calibrate, `${JSON.stringify(scale, null, 2)}\n`);
	if (values.out) await writeFile(values.out, JSON.stringify({ found, raw, shot, portraits }));
	const { pack, device } = boot;
	console.log(
		JSON.stringify({
			pack: { id: pack.manifest.id, version: pack.manifest.version, hash: pack.hash.slice(0, 16) },
			device: { kind: device.kind, threads: device.threads, cores: cpus().length },
			...photos,
			hostile,
			...likeness,
			scale,
			inUse: pack.manifest.identity.likeness ?? null,
			portraits,
			seconds: Math.round((Date.now() - started) / 1000),
			foreignRequests: foreign.length
		})
	);
});
