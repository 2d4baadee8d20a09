/**
 * `npm run shoot`: the built app in headless Chromium. Writes frame-01.png..., sheet.png and shoot.json.
 * Everything is made by the app itself (routes/runner); this script only serves, drives and saves.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { unwrap, withRunnerPage } from './runner-page.mjs';
import { readArguments } from './shoot/arguments.mjs';
import { makeSheet } from './shoot/sheet.mjs';

/** Reads the references (sample sitter or files) in the page; returns their handles. */
async function readReferences(page, args) {
	if (args.reference) {
		const handles = [];
		for (const file of args.reference) {
			const base64 = (await readFile(file)).toString('base64');
			const outcome = await page.evaluate((photo) => window.luxshotRunner.readReference(photo), {
				base64,
				name: basename(file)
			});
			handles.push(unwrap(outcome, file).handle);
		}
		return { name: 'own photographs', handles };
	}
	const sitters = await page.evaluate(() => window.luxshotRunner.sitters());
	const wanted = (args.sitter ?? 'sample').toLowerCase();
	const sitter =
		wanted === 'sample'
			? sitters[0]
			: sitters.find((s) => s.id.toLowerCase() === wanted || s.name.toLowerCase() === wanted);
	if (!sitter)
		throw new Error(
			`No sitter "${args.sitter}". There are: ${sitters.map((s) => s.name).join(', ')}.`
		);
	const outcome = await page.evaluate((id) => window.luxshotRunner.readSample(id), sitter.id);
	return { name: sitter.name, handles: unwrap(outcome, sitter.name).map((r) => r.handle) };
}

async function main() {
	const args = readArguments();
	await withRunnerPage(args, async (page, foreign) => {
		const direction = unwrap(
			await page.evaluate(
				({ shoot, list }) =>
					list === undefined
						? window.luxshotRunner.parseShoot(shoot)
						: window.luxshotRunner.parseDirection(list),
				{ shoot: args.shoot ?? 'Directory', list: args.direction }
			),
			args.shoot ?? args.direction ?? 'Directory'
		);
		const started = Date.now();
		const boot = unwrap(
			await page.evaluate(
				(device) => window.luxshotRunner.boot({ device, pack: 'packs/pocket' }),
				args.device ?? null
			),
			'start-up'
		);
		const bootSeconds = (Date.now() - started) / 1000;
		const sitter = await readReferences(page, args);
		const out = resolve(args.out);
		await mkdir(out, { recursive: true });
		const frames = [];
		const pictures = [];
		for (let i = 0; i < args.count; i++) {
			const seed = (args.seed + i) % 2 ** 32;
			const request = {
				handles: sitter.handles,
				direction,
				seed,
				steps: args.steps,
				guidanceScale: args.guidance,
				identityStrength: args.strength
			};
			const frame = unwrap(
				await page.evaluate((r) => window.luxshotRunner.shootFrame(r), request),
				`frame ${i + 1}`
			);
			const file = `frame-${String(i + 1).padStart(2, '0')}.png`;
			await writeFile(join(out, file), Buffer.from(frame.base64, 'base64'));
			pictures.push(frame.base64);
			frames.push({
				file,
				seed,
				width: frame.width,
				height: frame.height,
				likeness: frame.likeness,
				likenessBand: frame.likenessBand,
				skinDrift: frame.skinDrift,
				seconds: {
					total: frame.timings.totalMilliseconds / 1000,
					// A face may be looked for, and made again, more than once.
					stages: frame.timings.stages.reduce(
						(sums, { stage, milliseconds }) => ({
							...sums,
							[stage]: (sums[stage] ?? 0) + milliseconds / 1000
						}),
						{}
					),
					steps: frame.timings.steps.map((ms) => ms / 1000)
				}
			});
			console.log(
				`${file}  seed ${seed}  ${(frame.timings.totalMilliseconds / 1000).toFixed(1)} s  likeness ${frame.likeness?.toFixed(2) ?? (frame.face ? 'not judged' : 'no face found')}`
			);
		}
		await writeFile(join(out, 'sheet.png'), Buffer.from(await makeSheet(page, pictures), 'base64'));
		const report = {
			sitter: sitter.name,
			shoot: args.shoot ?? null,
			direction,
			pack: {
				id: boot.pack.manifest.id,
				version: boot.pack.manifest.version,
				hash: boot.pack.hash
			},
			device: boot.device,
			seal: boot.seal,
			seconds: { boot: bootSeconds },
			frames,
			foreignRequests: foreign
		};
		await writeFile(join(out, 'shoot.json'), `${JSON.stringify(report, null, 2)}\n`);
		console.log(
			`${frames.length} of ${args.count} frames in ${out} on ${boot.device.kind} (${boot.device.reason}); ${foreign.length} requests to foreign origins.`
		);
	});
}

main().catch((error) => {
	console.error(error instanceof Error ? error.message : error);
	process.exit(1);
});
