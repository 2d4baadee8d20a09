/** `node scripts/icons.mjs`: the PNG icons of the installed app, drawn from static/icon.svg by Chromium. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { CHROMIUM_FLAGS, systemChromium } from './chromium.mjs';
import { root } from './setup.mjs';

const svg = await readFile(join(root, 'static/icon.svg'), 'utf8');
const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
// A maskable icon may be cut to a circle: the picture keeps to the middle 80 %.
const icons = [
	{ name: 'icon-192.png', size: 192, share: 1 },
	{ name: 'icon-512.png', size: 512, share: 1 },
	{ name: 'icon-maskable-512.png', size: 512, share: 0.8 }
];
const browser = await chromium.launch({ executablePath: systemChromium(), args: CHROMIUM_FLAGS });
try {
	for (const { name, size, share } of icons) {
		const page = await browser.newPage({ viewport: { width: size, height: size } });
		await page.setContent(
			`<body style="margin:0;background:#0f1012;display:grid;place-items:center;height:100vh">
				<img src="${source}" width="${size * share}" height="${size * share}" alt=""></body>`
		);
		await page.screenshot({ path: join(root, 'static', name) });
		await page.close();
	}
} finally {
	await browser.close();
}
