/**
 * `npm run pocket:sheet [-- --seed N] [--out FILE]`: every sample sitter (rows) under every named shoot (columns), made by the
 * embedded pack through the built app, as one picture to judge by eye. One seed for all: rows differ by the sitter alone.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { unwrap, withRunnerPage } from './runner-page.mjs';
import { root } from './setup.mjs';

const { values } = parseArgs({
	options: {
		seed: { type: 'string', default: '7' },
		rebuild: { type: 'boolean', default: false },
		out: { type: 'string', default: join(root, 'docs/pocket-sheet.webp') }
	}
});
const seed = Number(values.seed);
if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
	throw new Error(`--seed wants a whole number from 0 to 4294967295, not "${values.seed}".`);

/** Lays rows of PNGs (base64) out with their names; WebP as base64. Runs in the page. */
async function layOut({ rows, columns, quality }) {
	const gap = 6;
	const margin = { left: 70, top: 26 };
	const pictures = await Promise.all(
		rows.map(({ frames }) =>
			Promise.all(
				frames.map((png) =>
					createImageBitmap(
						new Blob([Uint8Array.from(atob(png), (c) => c.charCodeAt(0))], { type: 'image/png' })
					)
				)
			)
		)
	);
	// Three quarters of their size: the sheet is for the eye, and stays in the repository.
	const [width, height] = [pictures[0][0].width * 0.75, pictures[0][0].height * 0.75];
	const canvas = document.createElement('canvas');
	canvas.width = margin.left + columns.length * (width + gap);
	canvas.height = margin.top + rows.length * (height + gap);
	const context = canvas.getContext('2d');
	context.fillStyle = '#fff';
	context.fillRect(0, 0, canvas.width, canvas.height);
	context.fillStyle = '#111';
	context.font = '15px sans-serif';
	columns.forEach((name, i) => context.fillText(name, margin.left + i * (width + gap), 18));
	rows.forEach(({ name }, j) =>
		context.fillText(name, 6, margin.top + (j + 0.5) * (height + gap), margin.left - 12)
	);
	pictures.forEach((row, j) =>
		row.forEach((picture, i) => {
			const place = [margin.left + i * (width + gap), margin.top + j * (height + gap)];
			context.drawImage(picture, ...place, width, height);
			picture.close();
		})
	);
	return canvas.toDataURL('image/webp', quality).split(',')[1];
}

await withRunnerPage({ rebuild: values.rebuild }, async (page) => {
	const boot = unwrap(
		await page.evaluate(() => window.luxshotRunner.boot({ device: 'wasm', pack: 'packs/pocket' })),
		'start-up'
	);
	const shoots = await page.evaluate(() => window.luxshotRunner.shoots());
	const rows = [];
	for (const { id, name } of await page.evaluate(() => window.luxshotRunner.sitters())) {
		const references = unwrap(
			await page.evaluate((sitter) => window.luxshotRunner.readSample(sitter), id),
			name
		);
		const frames = [];
		for (const shoot of shoots) {
			const request = {
				handles: references.map(({ handle }) => handle),
				direction: shoot.direction,
				seed
			};
			const outcome = await page.evaluate((r) => window.luxshotRunner.shootFrame(r), request);
			frames.push(unwrap(outcome, `${name}, ${shoot.name}`).base64);
		}
		rows.push({ name, frames });
		console.log(`${name}: ${frames.length} portraits`);
	}
	const columns = shoots.map(({ name }) => name);
	const webp = await page.evaluate(layOut, { rows, columns, quality: 0.8 });
	const out = resolve(values.out);
	await mkdir(dirname(out), { recursive: true });
	await writeFile(out, Buffer.from(webp, 'base64'));
	console.log(`${out}: ${boot.pack.manifest.title} ${boot.pack.manifest.version}, seed ${seed}`);
});
