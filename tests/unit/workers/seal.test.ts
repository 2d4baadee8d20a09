import { isSealingPolicy } from '$workers/runtime/seal';
import { describe, expect, it } from 'vitest';

describe('isSealingPolicy', () => {
	it.each([
		["default-src 'none'"],
		["connect-src 'none'"],
		["default-src 'self'; connect-src 'none'"],
		["frame-ancestors 'none', default-src 'none'; script-src 'self'"],
		["  Default-Src  'NONE' ;"],
		["connect-src 'none'; connect-src *"]
	])('%s: sealed', (header) => {
		expect(isSealingPolicy(header)).toBe(true);
	});

	it.each([
		[''],
		["frame-ancestors 'none'"],
		["default-src 'none'; connect-src 'self'"],
		["connect-src 'none' https://a.invalid"],
		["script-src 'none'"],
		['default-src'],
		["connect-src *; connect-src 'none'"]
	])('%s: open', (header) => {
		expect(isSealingPolicy(header)).toBe(false);
	});
});
