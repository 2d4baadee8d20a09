/**
 * `npm run screens [-- NAME...]`: pictures of every screen and state of the built app, at 390 and 1440 px, light and dark,
 * into docs/screens. Needs a build. One visit: what is on the screens was made by the real pack, once. Names pick the scenes
 * to be written; the visit is made all the same.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CHROMIUM_FLAGS, systemChromium } from './chromium.mjs';
import { SCENES } from './screens/scenes.mjs';
import { serve } from './serve.mjs';
import { root } from './setup.mjs';
import { chromium } from 'playwright';

const DESK = { width: 1440, height: 900 };
const VIEWS = [DESK, { width: 390, height: 844 }];
const TALLEST = 2000;
/** Photographs of faces on film: what is left out below this is grain. */
const QUALITY = 0.7;

/** PNG -> WebP, by the browser itself. */
async function toWebp(page, png) {
	const base64 = await page.evaluate(
		async ([text, quality]) => {
			const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
			const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
			const canvas = document.createElement('canvas');
			canvas.width = picture.width;
			canvas.height = picture.height;
			canvas.getContext('2d').drawImage(picture, 0, 0);
			return canvas.toDataURL('image/webp', quality).split(',')[1];
		},
		[png.toString('base64'), QUALITY]
	);
	return Buffer.from(base64, 'base64');
}

/** Those out of sight are loaded when they come into it. Runs in the page. */
function imagesSeenAreThere() {
	return [...document.images].every((image) => {
		const { top, bottom, left, right } = image.getBoundingClientRect();
		const seen =
			image.checkVisibility() && bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
		return image.complete || !seen;
	});
}

const only = process.argv.slice(2);
const unknown = only.filter((name) => !SCENES.some((scene) => scene.name === name));
if (unknown.length)
	throw new Error(
		`No such scene: ${unknown.join(', ')}. There are ${SCENES.map(({ name }) => name).join(', ')}.`
	);
const target = join(root, 'docs/screens');
await mkdir(target, { recursive: true });
const server = await serve({ dir: join(root, 'build') });
const browser = await chromium.launch({ executablePath: systemChromium(), args: CHROMIUM_FLAGS });
const converter = await browser.newPage();
// Motion would be caught half way; a service worker would answer where a scene breaks a file.
const context = await browser.newContext({
	viewport: DESK,
	reducedMotion: 'reduce',
	serviceWorkers: 'block'
});
const page = await context.newPage();
page.setDefaultTimeout(20_000);
try {
	await page.goto(server.url);
	await page.getByText(/^Runs on this device/).waitFor({ timeout: 60_000 });
	for (const { name, arrange, leave, whole } of SCENES) {
		await arrange?.(page);
		for (const view of VIEWS) {
			await page.setViewportSize(view);
			// What lies at the foot of the screen lies at the foot of the picture: the screen is made taller, not pieced together.
			if (whole && view !== DESK) {
				const height = await page.evaluate(() => document.documentElement.scrollHeight);
				await page.setViewportSize({ ...view, height: Math.min(height, TALLEST) });
			}
			await page.waitForFunction(imagesSeenAreThere);
			for (const colorScheme of ['light', 'dark']) {
				if (only.length && !only.includes(name)) continue;
				await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
				const png = await page.screenshot();
				const file = `${name}-${view.width}-${colorScheme}.webp`;
				await writeFile(join(target, file), await toWebp(converter, png));
			}
		}
		await page.setViewportSize(DESK);
		await leave?.(page);
		console.log(name);
	}
} finally {
	await browser.close();
	await server.close();
}
