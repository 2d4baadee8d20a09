/**
 * `npm run pocket:faces -- --photos FOLDER`: a fixed headshot and a fixed editorial of each real person in
 * real-faces/people.json, shot by the built app through its runner page, beside the photograph. Writes sheet.webp, every
 * portrait and faces.json into --out. FOLDER holds the photographs; none of them is in this repository except the two
 * fixtures (docs/real-faces.md says how to get them). Ends with one line of JSON.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { layOut } from './real-faces/sheet.mjs';
import { unwrap, withRunnerPage } from './runner-page.mjs';
import { root } from './setup.mjs';

const SHOOTS = ['Directory', 'Rooftop Dusk'];

const { values } = parseArgs({
	options: {
		photos: { type: 'string' },
		seed: { type: 'string', default: '7' },
		rebuild: { type: 'boolean', default: false },
		out: { type: 'string', default: join(root, 'out/real-faces') }
	}
});
const seed = Number(values.seed);
if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
	throw new Error(`--seed wants a whole number from 0 to 4294967295, not "${values.seed}".`);
if (!values.photos)
	throw new Error('--photos FOLDER is needed; docs/real-faces.md says what goes into it.');

const { people } = JSON.parse(await readFile(join(root, 'scripts/real-faces/people.json'), 'utf8'));
/** Read and checked before anything is built: another photograph would make another table. */
const photographs = [];
for (const { file, path, sha256 } of people) {
	const given = join(resolve(values.photos), file);
	const place = existsSync(given) ? given : join(root, path);
	if (!existsSync(place))
		throw new Error(`${given} is missing; docs/real-faces.md says where it comes from.`);
	const bytes = await readFile(place);
	if (createHash('sha256').update(bytes).digest('hex') !== sha256)
		throw new Error(`${place} is not the photograph of people.json: its SHA-256 differs.`);
	photographs.push(bytes.toString('base64'));
}

const out = resolve(values.out);
await mkdir(out, { recursive: true });
await withRunnerPage({ rebuild: values.rebuild }, async (page, foreign) => {
	const boot = unwrap(
		await page.evaluate(() => window.luxshotRunner.boot({ device: 'wasm', pack: 'packs/pocket' })),
		'start-up'
	);
	const directions = [];
	for (const shoot of SHOOTS)
		directions.push(
			unwrap(await page.evaluate((name) => window.luxshotRunner.parseShoot(name), shoot), shoot)
		);
	const rows = [];
	const blocks = [];
	for (const [i, { id, file, seen }] of people.entries()) {
		const photo = { base64: photographs[i], name: file };
		const read = await page.evaluate((p) => window.luxshotRunner.readReference(p), photo);
		// A photograph that the app refuses is a finding, not a reason to stop.
		if (!read.ok) {
			rows.push({ id, refused: read.error.code });
			blocks.push({ name: `${id}: refused (${read.error.code})`, photo: photo.base64, frames: [] });
			continue;
		}
		const frames = [];
		for (const [j, direction] of directions.entries()) {
			const request = { handles: [read.value.handle], direction, seed };
			const outcome = await page.evaluate((r) => window.luxshotRunner.shootFrame(r), request);
			const frame = unwrap(outcome, `${id}, ${SHOOTS[j]}`);
			await writeFile(join(out, `${id}-${j + 1}.png`), Buffer.from(frame.base64, 'base64'));
			frames.push(frame);
		}
		rows.push({
			id,
			/** Typology angle of the photograph, and how far the headshot lies from it, degrees. */
			skinAngle: read.value.skin?.angle ?? null,
			skinDrift: frames[0].skinDrift?.degrees ?? null,
			likeness: frames.map(({ likeness }) => likeness),
			remarks: read.value.remarks.map(({ code }) => code)
		});
		const traits = [
			seen.skin,
			seen.hairColour,
			seen.hairLength,
			seen.glasses,
			seen.beard,
			seen.age
		];
		blocks.push({
			name: `${id}: ${traits.join(', ')}`,
			photo: photo.base64,
			frames: frames.map(({ base64 }) => base64)
		});
		console.log(`${id}: ${frames.length} portraits`);
	}
	const webp = await page.evaluate(layOut, { people: blocks, quality: 0.9 });
	await writeFile(join(out, 'sheet.webp'), Buffer.from(webp, 'base64'));
	const { manifest, hash } = boot.pack;
	const report = {
		pack: { id: manifest.id, version: manifest.version, hash },
		...{ shoots: SHOOTS, seed, foreignRequests: foreign.length, people: rows }
	};
	await writeFile(join(out, 'faces.json'), `${JSON.stringify(report, null, 1)}\n`);
	console.log(JSON.stringify(report));
});
