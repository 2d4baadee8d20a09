/**
 * `node scripts/compress.mjs [build]`: puts a Brotli and a gzip copy beside every text file of the build. `scripts/serve.mjs`
 * sends them as they are, as hosts do that compress by themselves or take such copies (nginx: `gzip_static`).
 * Runtimes and models stay as they are: they are large, hardly shrink, and are read once.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzipSync } from 'node:zlib';

const TEXT = /\.(html|js|mjs|css|svg|json|webmanifest|txt)$/;
/** Below this a packet is not saved. */
const SMALLEST = 1024;

/**
 * @param {string} directory
 * @returns {Promise<number>} how many files have copies now
 */
export async function compress(directory) {
	const names = (await readdir(directory, { recursive: true })).filter((name) => TEXT.test(name));
	const done = await Promise.all(
		names.map(async (name) => {
			const path = join(directory, name);
			const bytes = await readFile(path);
			if (bytes.length < SMALLEST) return false;
			await Promise.all([
				writeFile(`${path}.br`, await promisify(brotliCompress)(bytes)),
				writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 }))
			]);
			return true;
		})
	);
	return done.filter((copied) => copied).length;
}

if (process.argv[1]?.endsWith('compress.mjs'))
	console.log(`${await compress(process.argv[2] ?? 'build')} files compressed`);
