/** Where everything stands on a printed sheet of portraits. Pure; all numbers are pixels of the sheet. */

export interface SheetLayout {
	width: number;
	height: number;
	/** One pixel of the design at this size: type and rules are set in it. */
	unit: number;
	margin: number;
	/** Baseline of the title, and the heights of the two rules. */
	title: number;
	topRule: number;
	footRule: number;
	/** Baseline of the first line of the standfirst, and the distance of the next. */
	standfirst: number;
	standfirstStep: number;
	/** Baseline of the foot line. */
	foot: number;
	tiles: readonly Tile[];
}

export interface Tile {
	x: number;
	y: number;
	width: number;
	height: number;
	/** Baselines of the two lines under the picture. */
	caption: number;
	note: number;
}

/** Type is drawn as on a page of this width. */
const DESIGN_WIDTH = 1000;
/** A sheet has to be legible in print; larger pictures make it larger, up to here. */
const SMALLEST = 1600;
const LARGEST = 4800;

/** In design pixels. */
const MARGIN = 48;
const GUTTER = 20;
const HEAD = { title: 92, rule: 112, standfirst: 142, step: 24, gap: 20 };
const CAPTION = { first: 26, second: 44, below: 24 };
const FOOT = { rule: 4, text: 28, below: 48 };

/**
 * @param count of pictures, 1 or more
 * @param picture size of the largest picture; its shape is everyone's
 * @param lines of the standfirst
 */
export function layoutSheet(
	count: number,
	picture: { width: number; height: number },
	lines: number
): SheetLayout {
	const columns = columnsFor(count);
	const inner = DESIGN_WIDTH - 2 * MARGIN;
	const tileWidth = (inner - (columns - 1) * GUTTER) / columns;
	const tileHeight = (tileWidth * picture.height) / picture.width;
	const wanted = (picture.width / tileWidth) * DESIGN_WIDTH;
	const width = Math.round(Math.min(LARGEST, Math.max(SMALLEST, wanted)));
	const unit = width / DESIGN_WIDTH;
	const first = HEAD.standfirst + Math.max(0, lines - 1) * HEAD.step + HEAD.gap;
	const rowHeight = tileHeight + CAPTION.second + CAPTION.below;
	const rows = Math.ceil(count / columns);
	const footRule = first + rows * rowHeight + FOOT.rule;
	const at = (design: number) => design * unit;
	return {
		width,
		height: Math.round(at(footRule + FOOT.text + FOOT.below)),
		unit,
		margin: at(MARGIN),
		title: at(HEAD.title),
		topRule: at(HEAD.rule),
		standfirst: at(HEAD.standfirst),
		standfirstStep: at(HEAD.step),
		footRule: at(footRule),
		foot: at(footRule + FOOT.text),
		tiles: Array.from({ length: count }, (_, i) => {
			const x = MARGIN + (i % columns) * (tileWidth + GUTTER);
			const y = first + Math.floor(i / columns) * rowHeight;
			return {
				x: at(x),
				y: at(y),
				width: at(tileWidth),
				height: at(tileHeight),
				caption: at(y + tileHeight + CAPTION.first),
				note: at(y + tileHeight + CAPTION.second)
			};
		})
	};
}

/** A full last row where that is possible, never more than four in a row. */
export function columnsFor(count: number): number {
	if (count <= 3) return Math.max(1, count);
	if (count === 4) return 2;
	return count % 4 === 0 || (count > 9 && count % 3 !== 0) ? 4 : 3;
}
