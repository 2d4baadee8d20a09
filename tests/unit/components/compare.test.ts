import { comparables } from '$lib/components/compare';
import { describe, expect, it } from 'vitest';

describe('comparables', () => {
	it('are the other finished frames and the references, never the frame itself', () => {
		const frames = [
			{ index: 0, status: 'done' as const, url: 'blob:0' },
			{ index: 1, status: 'done' as const, url: 'blob:1' },
			{ index: 2, status: 'binned' as const, url: 'blob:2' },
			{ index: 3, status: 'failed' as const, url: null }
		];
		const found = comparables(frames[0]!, frames, ['a.webp', 'b.webp'], 'Ines');
		expect(found.map(({ label }) => label)).toEqual(['Frame 02', 'Reference 1', 'Reference 2']);
		expect(found.map(({ url }) => url)).toEqual(['blob:1', 'a.webp', 'b.webp']);
		expect(found[1]!.alt).toBe('Reference 1 of Ines');
		expect(new Set(found.map(({ id }) => id)).size).toBe(3);
	});
});
