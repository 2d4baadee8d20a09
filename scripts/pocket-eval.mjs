/**
 * `npm run pocket:eval`: every row of POCKET.md's table, measured on portraits that the app itself makes (routes/runner, WASM),
 * of held-out sitters in this repository, or of as many as `forge heldout --count 64 --portraits 9 --out FOLDER` makes
 * (`--heldout FOLDER --sitters 64`), which also renders the ceiling. The judges (models/judges) are Python's:
 * `pip install -e 'models/forge[judges]'` first. `--checkpoints WORK` compares int8 with the very weights that were rounded.
 * Ends with one line of JSON.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chooseVaried, optionIds, planRequests } from './pocket-eval/requests.mjs';
import { unwrap, withRunnerPage } from './runner-page.mjs';
import { root } from './setup.mjs';

/** References of a sitter that the app is given; the others are what the judges compare with. */
const REFERENCES = 3;
/** Every axis left to the photographer. */
const UNDIRECTED = Object.fromEntries(
	['framing', 'setting', 'styling', 'mood', 'pose', 'look'].map((axis) => [axis, null])
);

const { values } = parseArgs({
	options: {
		sitters: { type: 'string', default: '16' },
		portraits: { type: 'string', default: '9' },
		strengths: { type: 'string', default: '0,0.5,1' },
		'intent-seeds': { type: 'string', default: '3' },
		checkpoints: { type: 'string' },
		heldout: { type: 'string', default: join(root, 'tests/fixtures/heldout') },
		python: { type: 'string', default: process.env.FORGE_PYTHON ?? 'python3' },
		rebuild: { type: 'boolean', default: false },
		out: { type: 'string', default: 'out/pocket-eval' }
	}
});
const out = resolve(values.out);
const heldout = resolve(values.heldout);
const python = (...args) =>
	spawnSync(values.python, ['-m', 'forge', ...args], {
		cwd: join(root, 'models/forge'),
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'inherit']
	});
// Asked before twenty minutes of shooting, not after.
if (python('score', '--help').status !== 0)
	throw new Error(
		`"${values.python} -m forge" does not run. Install it with: pip install -e 'models/forge[judges]', or name another Python by --python.`
	);

const labels = JSON.parse(await readFile(join(heldout, 'labels.json'), 'utf8'));
const sitters = [...new Set(labels.map(({ sitter }) => sitter))].slice(0, Number(values.sitters));
/** Rendered portraits of the same sitters, where `forge heldout --portraits` made some. */
const renders = existsSync(join(heldout, 'portraits.json'))
	? JSON.parse(await readFile(join(heldout, 'portraits.json'), 'utf8'))
	: [];
const requests = planRequests(
	sitters,
	Number(values.portraits),
	values.strengths.split(',').map(Number),
	Number(values['intent-seeds']),
	chooseVaried(sitters, renders)
);

await withRunnerPage({ rebuild: values.rebuild }, async (page, foreign) => {
	const boot = unwrap(
		await page.evaluate(() => window.luxshotRunner.boot({ device: 'wasm', pack: 'packs/pocket' })),
		'start-up'
	);
	const handles = new Map();
	/** @type {{ file: string; code: string }[]} */
	const refused = [];
	const skin = new Map();
	for (const sitter of sitters) {
		const own = [];
		for (const { file } of labels.filter((label) => label.sitter === sitter).slice(0, REFERENCES)) {
			const base64 = (await readFile(join(heldout, file))).toString('base64');
			const photo = { base64, name: file };
			const read = await page.evaluate((p) => window.luxshotRunner.readReference(p), photo);
			// The app may refuse a photograph; it then works with the others, as a person would have to.
			if (read.ok) own.push(read.value);
			else refused.push({ file, code: read.error.code });
		}
		if (!own.length) throw new Error(`The app takes none of the photographs of sitter ${sitter}.`);
		handles.set(
			sitter,
			own.map(({ handle }) => handle)
		);
		const angles = own.flatMap(({ skin }) => skin?.angle ?? []).sort((a, b) => a - b);
		skin.set(sitter, angles[angles.length >> 1] ?? null);
	}
	await mkdir(out, { recursive: true });
	const portraits = [];
	for (const request of requests) {
		const text = request.told ? optionIds(request.options) : '';
		const direction = request.told
			? unwrap(await page.evaluate((ids) => window.luxshotRunner.parseDirection(ids), text), text)
			: UNDIRECTED;
		const frame = unwrap(
			await page.evaluate((asked) => window.luxshotRunner.shootFrame(asked), {
				handles: handles.get(request.sitter),
				direction,
				seed: request.seed,
				identityStrength: request.strength,
				...('steps' in request && { steps: request.steps })
			}),
			request.file
		);
		await writeFile(join(out, request.file), Buffer.from(frame.base64, 'base64'));
		portraits.push({
			...request,
			likeness: frame.likeness,
			skinDrift: frame.skinDrift?.degrees ?? null,
			/** Typology angle of the references, degrees. */
			skinAngle: skin.get(request.sitter),
			seconds: frame.timings.totalMilliseconds / 1000
		});
		if (portraits.length % 16 === 0) console.log(`${portraits.length} of ${requests.length}`);
	}
	/** Skin in rendered headshots, read by the app as it reads its own: the ceiling of skin tone. */
	const renderSkin = [];
	for (const { file, sitter, group } of renders) {
		if (group !== 'headshot' || !sitters.includes(sitter)) continue;
		const photo = { base64: (await readFile(join(heldout, file))).toString('base64'), name: file };
		const read = await page.evaluate((p) => window.luxshotRunner.readReference(p), photo);
		const [angle, own] = [read.ok ? read.value.skin?.angle : null, skin.get(sitter)];
		const known = angle != null && own != null;
		renderSkin.push({ skinAngle: own, skinDrift: known ? angle - own : null });
	}
	const { manifest, hash } = boot.pack;
	const about = {
		pack: { id: manifest.id, version: manifest.version, hash, totalBytes: manifest.totalBytes },
		device: { kind: boot.device.kind, threads: boot.device.threads },
		defaults: manifest.defaults,
		foreignRequests: foreign.length,
		references: REFERENCES,
		refused,
		renderSkin,
		portraits
	};
	await writeFile(join(out, 'portraits.json'), `${JSON.stringify(about, null, 1)}\n`);
});

const scored = python(
	...['score', '--portraits', out, '--heldout', heldout],
	...['--judges', join(root, 'models/judges'), '--pack', join(root, 'models/packs/pocket')],
	...(values.checkpoints ? ['--checkpoints', resolve(values.checkpoints)] : [])
);
process.stdout.write(scored.stdout);
process.exit(scored.status ?? 1);
