import { columnsFor, layoutSheet } from '$lib/finish/sheet-layout';
import { shortened } from '$lib/finish/sheet';
import { describe, expect, it } from 'vitest';

const PICTURE = { width: 256, height: 320 };

describe('a printed sheet', () => {
	it.each([1, 2, 3, 4, 5, 6, 9, 10, 12, 24])('has a place of one shape for each of %i', (count) => {
		const { width, height, margin, tiles, footRule, standfirst } = layoutSheet(count, PICTURE, 2);
		expect(tiles).toHaveLength(count);
		for (const [i, tile] of tiles.entries()) {
			expect(tile.width / tile.height).toBeCloseTo(0.8, 9);
			expect(tile.x).toBeGreaterThanOrEqual(margin - 1e-6);
			expect(tile.x + tile.width).toBeLessThanOrEqual(width - margin + 1e-6);
			expect(tile.y).toBeGreaterThan(standfirst);
			expect(tile.note).toBeGreaterThan(tile.caption);
			expect(tile.note).toBeLessThan(footRule);
			for (const other of tiles.slice(i + 1)) {
				const beside = other.x >= tile.x + tile.width || other.x + other.width <= tile.x;
				expect(beside || other.y > tile.note).toBe(true);
			}
		}
		expect(footRule).toBeLessThan(height);
	});

	it('fills its last row where that is possible', () => {
		expect([1, 2, 3, 4, 6, 8, 9, 12].map(columnsFor)).toEqual([1, 2, 3, 2, 3, 4, 3, 4]);
		for (let count = 1; count <= 24; count++) expect(columnsFor(count)).toBeLessThanOrEqual(4);
	});

	it('loses no pixel of a picture until the sheet would be larger than a page is printed', () => {
		const large = layoutSheet(3, { width: 1024, height: 1280 }, 1);
		expect(large.tiles[0]!.width).toBeGreaterThanOrEqual(1023);
		expect(layoutSheet(4, { width: 4000, height: 4000 }, 1).width).toBe(4800);
		expect(layoutSheet(3, PICTURE, 1).width).toBe(1600);
	});
});

describe('a name that is too long', () => {
	const widthOf = (text: string) => text.length;
	it('ends in three dots, and a short one stays', () => {
		expect(shortened('Ines', 10, widthOf)).toBe('Ines');
		expect(shortened('Ines Fernandez', 10, widthOf)).toBe('Ines Fe...');
		expect(shortened('Ines Fernandez', 8, widthOf)).toBe('Ines...');
	});
});
