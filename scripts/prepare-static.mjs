/**
 * Puts what the app serves but git does not keep under static/: the embedded packs (copied from
 * models/packs) and the face models (converted from npm packages). Cheap when nothing changed.
 */
import { cp, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildFaceModels } from './face-models/build.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Files of a pack directory that belong to the app (graphs and manifest), not its card and pictures. */
const SERVED = /(^manifest\.json$|\.onnx$|\.data$)/;
/** Of a pack that is assembled on the device, besides. */
const SERVED_WITH_RECIPE = /^(recipe|tokenizer|tokenizer_config)\.json$/;

/**
 * Also writes `packs.json`, the list of packs that can be assembled: those with a recipe.
 *
 * @param {string} source
 * @param {string} target Emptied first.
 */
export async function copyPacks(source, target) {
	await rm(target, { recursive: true, force: true });
	await mkdir(target, { recursive: true });
	/** @type {string[]} */
	const offers = [];
	for (const pack of (await readdir(source)).sort()) {
		if (!(await stat(join(source, pack))).isDirectory()) continue;
		await mkdir(join(target, pack));
		const files = await readdir(join(source, pack));
		const offered = files.includes('recipe.json');
		if (offered) offers.push(pack);
		for (const file of files)
			if (SERVED.test(file) || (offered && SERVED_WITH_RECIPE.test(file)))
				await cp(join(source, pack, file), join(target, pack, file));
	}
	await writeFile(join(target, 'packs.json'), `${JSON.stringify({ offers })}\n`);
}

/** Fills static/packs and static/models/faces. */
export async function prepareStatic() {
	await Promise.all([
		copyPacks(join(root, 'models/packs'), join(root, 'static/packs')),
		buildFaceModels()
	]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await prepareStatic();
