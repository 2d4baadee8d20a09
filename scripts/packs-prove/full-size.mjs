/** The proofs at full size: random weights in the published layout, served like the hub, assembled in Node, run by ONNX Runtime. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { serveHub } from '../fake-hub.mjs';
import { root } from '../setup.mjs';

/** Runs a program to its end; what it prints is its answer. @param {string} command @param {string[]} args @param {string} [cwd] */
export function answer(command, args, cwd = root) {
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
		let output = '';
		child.stdout.on('data', (part) => (output += part));
		child.on('error', reject);
		child.on('close', (code) => {
			if (code === 0) resolve(output);
			else reject(new Error(`${command} ${args.join(' ')} ended with ${code}`));
		});
	});
}

/** The assembly as a program for Node, bundled from the workers' own code. */
async function bundle() {
	const outDir = join(root, '.cache/packs-prove');
	await build({
		configFile: false,
		root,
		logLevel: 'error',
		resolve: { alias: { $lib: join(root, 'src/lib'), $workers: join(root, 'workers') } },
		build: {
			ssr: 'tests/bench/packs/assemble.ts',
			outDir,
			target: 'node20',
			rolldownOptions: { output: { format: 'es', entryFileNames: 'assemble.mjs' } }
		}
	});
	return join(outDir, 'assemble.mjs');
}

/** @param {string} dir @param {(url: string, hub: import('../fake-hub.mjs').Hub) => Promise<any>} task */
async function withHub(dir, task) {
	const { hub, url, close } = await serveHub({ dir });
	try {
		return await task(url, hub);
	} finally {
		await close();
	}
}

/**
 * @param {{ python: string, work: string, variant: 'mixed' | 'float32', config: string }} options
 * @returns What `npm run packs:prove` reports of one variant.
 */
export async function proveFullSize({ python, work, variant, config }) {
	const written = join(work, config);
	const name = variant === 'float32' ? 'pack' : `pack-${variant}`;
	const pack = join(written, name);
	if (!existsSync(join(pack, 'recipe.json'))) {
		console.error(`writing ${config}, ${variant}: some minutes and 16 GB of memory`);
		await answer(
			python,
			['-m', 'forge', 'large', '--config', config, '--out', written, '--variants', variant],
			join(root, 'models/forge')
		);
	}
	const program = await bundle();
	const runs = [];
	for (const turn of ['first', 'second']) {
		const target = join(work, `${turn}-${variant}`);
		await rm(target, { recursive: true, force: true });
		console.error(`assembling ${variant}, ${turn} time`);
		runs.push(
			await withHub(join(written, 'hub'), async (url, hub) => {
				const run = JSON.parse(
					await answer(process.execPath, ['--expose-gc', program, pack, url, target])
				);
				const read = hub.requests.reduce((sum, { first, last }) => sum + last - first + 1, 0);
				return { ...run, requests: hub.requests.length, bytesRead: read };
			})
		);
		if (turn === 'second') await rm(target, { recursive: true, force: true });
	}
	const [first, second] = runs;
	const target = join(work, `first-${variant}`);
	const [folder] = await readdir(target);
	console.error(`running ${variant} beside diffusers`);
	const parity = JSON.parse(
		await answer(
			python,
			['-m', 'forge', 'parity', '--pack', join(target, folder ?? ''), '--goldens', written],
			join(root, 'models/forge')
		)
	);
	await rm(target, { recursive: true, force: true });
	const fidelity = JSON.parse(await readFile(join(written, `${name}.fidelity.json`), 'utf8'));
	return {
		variant,
		sources: first.bytesRead,
		requests: first.requests,
		seconds: [first.seconds, second.seconds],
		phases: first.phases,
		peakHeapBytes: Math.max(first.peakHeapBytes, second.peakHeapBytes),
		peakResidentBytes: Math.max(first.peakResidentBytes, second.peakResidentBytes),
		destinationBytes: first.bytes,
		identicalTwice: JSON.stringify(first.hashes) === JSON.stringify(second.hashes),
		weightCosine: fidelity.cosine,
		parity
	};
}
