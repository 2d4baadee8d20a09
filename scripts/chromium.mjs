/** Where Chromium is and how it is started, in one place for tests and `npm run shoot`. */
import { existsSync } from 'node:fs';

const SYSTEM_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of the system's Chromium, or undefined to let Playwright use its own download. */
export function systemChromium() {
	const named = process.env.CHROMIUM_PATH;
	return named && existsSync(named) ? named : SYSTEM_PATHS.find((path) => existsSync(path));
}

/** Flags for a quiet, offline Chromium whose WebGPU runs on the SwiftShader software adapter. */
export const CHROMIUM_FLAGS = [
	'--no-sandbox',
	'--enable-unsafe-webgpu',
	'--use-webgpu-adapter=swiftshader',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	'--no-first-run',
	'--disable-quic'
];
