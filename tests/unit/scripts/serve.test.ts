import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compress } from '../../../scripts/compress.mjs';
import { serve } from '../../../scripts/serve.mjs';

describe('serve', () => {
	let dir: string;
	const running: { close: () => Promise<void> }[] = [];
	beforeEach(() => {
		dir = mkdtempSync(join(tmpdir(), 'luxshot-'));
		mkdirSync(join(dir, 'w'));
		writeFileSync(join(dir, '_headers'), '/*\n  X-All: 1\n/w/*\n  X-Sealed: yes\n');
		writeFileSync(join(dir, 'index.html'), '<p>home');
		for (const name of ['a.wasm', 'a.mjs', 'a.onnx', 'a.js'])
			writeFileSync(join(dir, 'w', name), 'x');
	});
	afterEach(async () => {
		for (const server of running.splice(0)) await server.close();
		rmSync(dir, { recursive: true });
	});
	async function start(options: Partial<Parameters<typeof serve>[0]> = {}) {
		const server = await serve({ dir, ...options });
		running.push(server);
		return server.url;
	}

	it('sends the compressed copy of a file to whoever takes it, with the type and headers of the file', async () => {
		writeFileSync(join(dir, 'w', 'a.js'), 'let long = 1;'.repeat(200));
		expect(await compress(dir)).toBe(1);
		const url = new URL('w/a.js', await start());
		for (const encoding of ['br', 'gzip', 'identity']) {
			const response = await fetch(url, { headers: { 'accept-encoding': encoding } });
			expect(response.headers.get('content-encoding')).toBe(
				encoding === 'identity' ? null : encoding
			);
			expect(response.headers.get('content-type')).toContain('text/javascript');
			expect(response.headers.get('x-sealed')).toBe('yes');
			expect(await response.text()).toContain('let long = 1;let long');
		}
	});

	it.each([
		['a.wasm', 'application/wasm'],
		['a.mjs', 'text/javascript'],
		['a.js', 'text/javascript'],
		['a.onnx', 'application/octet-stream']
	])('gives %s its type and headers', async (name, type) => {
		const response = await fetch(new URL(`w/${name}`, await start()));
		expect(response.status).toBe(200);
		expect(response.headers.get('content-type')).toContain(type);
		expect(response.headers.get('x-sealed')).toBe('yes');
		expect(response.headers.get('x-all')).toBe('1');
	});

	it('serves below a base path, with rules relative to it', async () => {
		const url = await start({ base: '/portraits' });
		expect(url).toMatch(/\/portraits\/$/);
		expect(await (await fetch(url)).text()).toBe('<p>home');
		expect((await fetch(new URL('w/a.js', url))).headers.get('x-sealed')).toBe('yes');
		expect((await fetch(new URL('/w/a.js', url))).status).toBe(404);
	});

	it('lets a test break a policy', async () => {
		const url = await start({
			headers: (pathname, headers) => {
				delete headers['X-Sealed'];
				return { ...headers, 'X-Path': pathname };
			}
		});
		const { headers } = await fetch(new URL('w/a.js', url));
		expect([headers.get('x-sealed'), headers.get('x-path')]).toEqual([null, '/w/a.js']);
	});

	it('answers 404 for what is not there or outside', async () => {
		const url = await start();
		expect((await fetch(new URL('nothing', url))).status).toBe(404);
		expect((await fetch(`${url}..%2f..%2fetc%2fpasswd`)).status).toBe(404);
	});
});
