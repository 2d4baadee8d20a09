/**
 * The whole pack in the real app: fetched from the hub of our own, assembled into OPFS, booted in the sealed worker and shot with. No GPU is
 * at hand, so it runs on WASM.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { CHROMIUM_FLAGS, systemChromium } from '../chromium.mjs';
import { createHub } from '../fake-hub.mjs';
import { offerPack } from '../offer-pack.mjs';
import { unwrap } from '../runner-page.mjs';
import { serve } from '../serve.mjs';
import { root, run } from '../setup.mjs';

const HOUR = 3_600_000;

/** @returns Ends the watch, and gives the most bytes that all of Chromium's processes held at once (shared pages counted once). */
function watchMemory() {
	let peak = 0;
	const timer = setInterval(async () => {
		let sum = 0;
		for (const id of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
			const [command, memory] = await Promise.all([
				readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => ''),
				readFile(`/proc/${id}/smaps_rollup`, 'utf8').catch(() => '')
			]);
			if (command.includes('chrom')) sum += Number(/^Pss:\s+(\d+)/m.exec(memory)?.[1] ?? 0);
		}
		peak = Math.max(peak, sum * 1024);
	}, 1000);
	return () => {
		clearInterval(timer);
		return peak;
	};
}

/** @param {{ written: string, variant: string, work: string, size: { width: number, height: number }, steps: number }} options */
export async function proveInChromium({ written, variant, work, size, steps }) {
	if (!existsSync(join(root, 'build/index.html'))) run('npm', ['run', '--silent', 'build']);
	const hub = createHub({ dir: join(written, 'hub') });
	const folder = join(written, `pack-${variant}`);
	const server = await serve({
		dir: join(root, 'build'),
		before: offerPack({ folder, name: 'proof', hub })
	});
	// A profile on the disk: what a private window keeps has to fit into memory.
	const profile = await mkdtemp(join(work, 'profile-'));
	const context = await chromium.launchPersistentContext(profile, {
		executablePath: systemChromium(),
		args: CHROMIUM_FLAGS
	});
	context.setDefaultTimeout(HOUR);
	const peak = watchMemory();
	try {
		const page = await context.newPage();
		await page.goto(`${server.url}packs/`);
		await page.getByText(/^Where files are fetched from/).click();
		await page.getByRole('radio', { name: /This site/ }).check();
		const research = page.getByRole('checkbox', { name: /research only/ });
		if (await research.count()) await research.check();
		const started = Date.now();
		await page.getByRole('button', { name: /^Install / }).click();
		await page.getByText(/is whole, read back and ready to use/).waitFor();
		const installSeconds = (Date.now() - started) / 1000;
		const installPeakBytes = peak();

		const memory = watchMemory();
		await page.goto(`${server.url}runner`);
		await page.waitForFunction(() => 'luxshotRunner' in window);
		const booting = Date.now();
		const boot = await page.evaluate(async () => {
			const origin = await navigator.storage.getDirectory();
			const packs = await origin.getDirectoryHandle('packs');
			let folder = '';
			for await (const [name] of packs.entries()) folder = name;
			return window.luxshotRunner.boot({ device: 'wasm', pack: `opfs:${folder}` });
		});
		unwrap(boot, 'boot');
		const bootSeconds = (Date.now() - booting) / 1000;
		const shot = await page.evaluate(async ([wanted, count]) => {
			const [sitter] = await window.luxshotRunner.sitters();
			const read = await window.luxshotRunner.readSample(sitter.id);
			if (!read.ok) return read;
			const direction = window.luxshotRunner.parseShoot('Rooftop Dusk');
			if (!direction.ok) return direction;
			return window.luxshotRunner.shootFrame({
				handles: read.value.map(({ handle }) => handle),
				direction: direction.value,
				seed: 7,
				steps: count,
				guidanceScale: 1,
				size: wanted
			});
		}, /** @type {const} */ ([size, steps]));
		const { timings, width, height } = unwrap(shot, 'shoot');
		return {
			variant,
			installSeconds,
			installPeakBytes,
			bootSeconds,
			width,
			height,
			stages: timings.stages.map(({ stage, milliseconds }) => [
				stage,
				Math.round(milliseconds) / 1000
			]),
			stepSeconds: timings.steps.map((milliseconds) => Math.round(milliseconds) / 1000),
			shootPeakBytes: memory()
		};
	} finally {
		await context.close();
		await server.close();
		await rm(profile, { recursive: true, force: true });
	}
}
