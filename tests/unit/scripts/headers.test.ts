import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { headersFor, parseHeaders } from '../../../scripts/headers.mjs';

describe('parseHeaders', () => {
	it('reads paths, headers, comments and blank lines', () => {
		const rules = parseHeaders('# a\n\n/*\n  X-One: 1\n\tX-Two: a: b\r\n/b\n X-Three: 3\n');
		expect(headersFor(rules, '/a')).toEqual({ 'X-One': '1', 'X-Two': 'a: b' });
		expect(headersFor(rules, '/b')).toEqual({ 'X-One': '1', 'X-Two': 'a: b', 'X-Three': '3' });
	});

	it.each([
		['a header before the first path', '  X: 1\n'],
		['a path without a slash', 'path\n  X: 1\n'],
		['a header without a value', '/\n  X:\n'],
		['a header without a name', '/\n  : 1\n'],
		['a lost indentation', '/*\nX-One: 1\n']
	])('refuses %s and names the line', (_, text) => {
		expect(() => parseHeaders(text)).toThrow(/^_headers:\d+: /);
	});

	it('matches whole paths only', () => {
		const rules = parseHeaders('/a.b/*/c-*\n  X: 1\n/s/:name/end\n  Y: 1\n');
		expect(headersFor(rules, '/a.b/x/y/c-')).toEqual({ X: '1' });
		expect(headersFor(rules, '/axb/x/c-1')).toEqual({});
		expect(headersFor(rules, '/0/a.b/x/c-1')).toEqual({});
		expect(headersFor(rules, '/s/one/end')).toEqual({ Y: '1' });
		expect(headersFor(rules, '/s/one/two/end')).toEqual({});
	});

	it('joins a header that several rules name, whatever its case', () => {
		const rules = parseHeaders('/*\n  X-A: 1\n/b*\n  x-a: 2\n');
		expect(headersFor(rules, '/b')).toEqual({ 'X-A': '1, 2' });
	});
});

describe('the shipped rules', () => {
	const rules = parseHeaders(
		readFileSync(new URL('../../../static/_headers', import.meta.url), 'utf8')
	);
	const policy = (path: string) => headersFor(rules, path)['Content-Security-Policy'];

	it.each([
		'/_app/immutable/workers/portrait.worker-AbC123.js',
		'/_app/immutable/assets/ort-wasm-simd-threaded.jspi.Ab-12.mjs',
		'/_app/immutable/assets/ort-wasm-simd-threaded.Ab-12.mjs'
	])('seal %s', (path) => {
		expect(policy(path)).toContain("default-src 'none'");
		expect(policy(path)).toContain("connect-src 'none'");
		expect(policy(path)).not.toContain('unsafe-inline');
	});

	const allowed = (path: string) => headersFor(rules, path)['Connection-Allowlist'];

	it('let the pack worker reach its own origin, the hub and its mirror, and nothing else', () => {
		const path = '/_app/immutable/workers/pack.worker-x.js';
		const hosts = [
			'https://huggingface.co',
			'https://*.huggingface.co',
			'https://*.hf.co',
			'https://hf-mirror.com',
			'https://*.hf-mirror.com'
		];
		const connect =
			/^frame-ancestors 'none', default-src 'none'; script-src 'self'; connect-src (.*)$/;
		expect(connect.exec(policy(path)!)?.[1]).toBe(["'self'", ...hosts].join(' '));
		// One value: of two, both would have to allow the hub.
		const quoted = hosts.map((host) => `"${host}"`).join(' ');
		expect(allowed(path)).toBe(`(response-origin ${quoted});redirects=allow`);
	});

	it.each([
		'/',
		'/privacy',
		'/privacy/',
		'/privacy/index.html',
		'/service-worker.js',
		'/_app/immutable/workers/portrait.worker-AbC123.js',
		'/_app/immutable/assets/ort-wasm-simd-threaded.jspi.Ab-12.mjs'
	])('let %s connect to its own origin only', (path) => {
		expect(allowed(path)).toBe('(response-origin)');
	});

	it.each(['/', '/runner', '/packs/pocket/denoiser.onnx'])('isolate %s', (path) => {
		expect(headersFor(rules, path)).toMatchObject({
			'Cross-Origin-Opener-Policy': 'same-origin',
			'Cross-Origin-Embedder-Policy': 'require-corp',
			'X-Content-Type-Options': 'nosniff',
			'Referrer-Policy': 'no-referrer'
		});
	});
});
