/**
 * Reference positions of BlazeFace's predictions (Bazarevsky et al. 2019, "BlazeFace: Sub-millisecond Neural
 * Face Detection on Mobile GPUs"): every cell of a 16 x 16 grid predicts twice, every cell of an 8 x 8 grid six times.
 */

const GRIDS = [
	{ cells: 16, perCell: 2 },
	{ cells: 8, perCell: 6 }
] as const;

/** Number of predictions the detector makes. */
export const ANCHOR_COUNT = GRIDS.reduce((sum, grid) => sum + grid.cells ** 2 * grid.perCell, 0);

/** Centres in 0..1 of the input, x before y: [ANCHOR_COUNT, 2], in the order of the detector's outputs. */
export function anchorCentres(): Float32Array {
	const centres = new Float32Array(ANCHOR_COUNT * 2);
	let index = 0;
	for (const { cells, perCell } of GRIDS)
		for (let row = 0; row < cells; row++)
			for (let column = 0; column < cells; column++)
				for (let repeat = 0; repeat < perCell; repeat++) {
					centres[index++] = (column + 0.5) / cells;
					centres[index++] = (row + 0.5) / cells;
				}
	return centres;
}
