/** A sheet of portraits as one picture, set like a page of a printed quarterly: names under the pictures. Browser only. */
import { canvasPng, commonSize, decode, openCanvas, type Portrait } from './pictures';
import { layoutSheet, type SheetLayout, type Tile } from './sheet-layout';

export interface SheetPage {
	title: string;
	/** One or two sentences under the title. */
	standfirst: string;
	tiles: readonly SheetTile[];
	/** At the foot, left and right. */
	foot: readonly [left: string, right: string];
}

export interface SheetTile {
	portrait: Portrait;
	caption: string;
	note: string;
}

/** Paper is light, whatever the screen is: these are the daylight tokens. */
const PAPER = '#f1f2ef';
const INK = '#16181b';
const QUIET = '#54575c';
const HAIRLINE = '#cbcdc9';
const SERIF = '"Libre Caslon Condensed", Georgia, serif';
const SANS = '"Hanken Grotesk", sans-serif';
const MONO = '"Fragment Mono", monospace';
/** Design pixels, as in `layoutSheet`. */
const TYPE = { title: 64, standfirst: 17, caption: 22, note: 13, foot: 12 };
const MOST_LINES = 3;

/**
 * @param onTile called after each picture, with how many are on the sheet
 * @throws LuxError `export-failed`
 */
export async function sheetPng(
	page: SheetPage,
	tool: string,
	onTile: (done: number) => void = () => undefined
): Promise<Blob> {
	await loadFaces();
	const size = commonSize(page.tiles.map(({ portrait }) => portrait.crop));
	const inner = layoutSheet(page.tiles.length, size, 1);
	const measure = openCanvas({ width: 1, height: 1 }).context;
	measure.font = `${TYPE.standfirst * inner.unit}px ${SANS}`;
	const lines = wrapped(measure, page.standfirst, inner.width - 2 * inner.margin, MOST_LINES);
	const layout = layoutSheet(page.tiles.length, size, lines.length);
	const { canvas, context } = openCanvas(layout);
	drawPaper(context, layout, page, lines);
	for (const [i, tile] of layout.tiles.entries()) {
		const { portrait, caption, note } = page.tiles[i]!;
		await drawPicture(context, tile, portrait);
		write(
			context,
			caption,
			TYPE.caption * layout.unit,
			SERIF,
			INK,
			tile.x,
			tile.caption,
			tile.width
		);
		write(context, note, TYPE.note * layout.unit, SANS, QUIET, tile.x, tile.note, tile.width);
		onTile(i + 1);
	}
	return canvasPng(canvas, tool);
}

function drawPaper(
	context: CanvasRenderingContext2D,
	layout: SheetLayout,
	{ title, foot: [left, right] }: SheetPage,
	lines: readonly string[]
): void {
	const { unit, margin, width } = layout;
	const inner = width - 2 * margin;
	context.fillStyle = PAPER;
	context.fillRect(0, 0, width, layout.height);
	write(context, title, TYPE.title * unit, SERIF, INK, margin, layout.title, inner);
	context.fillStyle = INK;
	context.fillRect(margin, layout.topRule, inner, 2 * unit);
	lines.forEach((line, i) =>
		write(
			context,
			line,
			TYPE.standfirst * unit,
			SANS,
			INK,
			margin,
			layout.standfirst + i * layout.standfirstStep,
			inner
		)
	);
	context.fillStyle = HAIRLINE;
	context.fillRect(margin, layout.footRule, inner, unit);
	const size = TYPE.foot * unit;
	write(context, left, size, SANS, QUIET, margin, layout.foot, inner / 2);
	context.textAlign = 'right';
	write(context, right, size, MONO, QUIET, width - margin, layout.foot, inner / 2);
	context.textAlign = 'left';
}

/** Fills the tile; where a picture has another shape, its middle. */
async function drawPicture(
	context: CanvasRenderingContext2D,
	tile: Tile,
	{ bytes, mimeType, crop }: Portrait
): Promise<void> {
	const picture = await decode(bytes, mimeType);
	try {
		const scale = Math.max(tile.width / crop.width, tile.height / crop.height);
		const [width, height] = [tile.width / scale, tile.height / scale];
		const x = crop.x + (crop.width - width) / 2;
		const y = crop.y + (crop.height - height) / 2;
		context.drawImage(picture, x, y, width, height, tile.x, tile.y, tile.width, tile.height);
	} finally {
		picture.close();
	}
}

/** One line; what does not fit ends in three dots. */
function write(
	context: CanvasRenderingContext2D,
	text: string,
	size: number,
	family: string,
	colour: string,
	x: number,
	y: number,
	most: number
): void {
	context.font = `${size}px ${family}`;
	context.fillStyle = colour;
	context.fillText(
		shortened(text, most, (part) => context.measureText(part).width),
		x,
		y
	);
}

/** @param widthOf measures a text in the unit of `most` */
export function shortened(text: string, most: number, widthOf: (text: string) => number): string {
	if (widthOf(text) <= most) return text;
	const letters = [...text];
	while (letters.length > 0 && widthOf(`${letters.join('').trimEnd()}...`) > most) letters.pop();
	return `${letters.join('').trimEnd()}...`;
}

function wrapped(
	context: CanvasRenderingContext2D,
	text: string,
	most: number,
	mostLines: number
): string[] {
	const lines: string[] = [];
	for (const word of text.split(' ')) {
		const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
		const full = lines.length === mostLines;
		if (lines.length > 0 && (full || context.measureText(longer).width <= most))
			lines[lines.length - 1] = longer;
		else lines.push(word);
	}
	return lines;
}

/** A canvas does not wait for fonts; a refused one is replaced by its fallback. */
async function loadFaces(): Promise<void> {
	await Promise.allSettled([SERIF, SANS, MONO].map((face) => document.fonts.load(`16px ${face}`)));
}
