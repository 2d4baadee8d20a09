/** What stands on a sheet that leaves the app, and in the files beside it. */
import { ordered, type Order } from '$lib/components/order';
import { peopleText, teamText } from '$lib/components/delivery-words';
import {
	dateText,
	frameNumber,
	intentText,
	likenessNumber,
	shootTitle
} from '$lib/components/words';
import { describeDirection } from '$lib/direction/compile';
import { archiveName, sheetName } from '$lib/finish/names';
import type { SheetPage, SheetTile } from '$lib/finish/sheet';
import { toolOf, wholePortrait, type ExportState } from '$lib/state/exports.svelte';
import type { Frame, Sheet } from '$lib/state/sheet.svelte';
import type { TeamState } from '$lib/state/team.svelte';

/** Everything finished on a contact sheet, in the order on show. */
export function printable(sheet: Sheet, order: Order): Frame[] {
	return ordered(sheet.frames, order).filter(({ status }) => status === 'done');
}

/** Saves a contact sheet as one picture. */
export async function saveSheet(exports: ExportState, sheet: Sheet, order: Order): Promise<void> {
	const frames = printable(sheet, order);
	const { shoot } = sheet;
	const tiles = frames.flatMap((frame): SheetTile[] => {
		const portrait = wholePortrait(frame);
		if (!portrait) return [];
		const aside = frame.member?.name ?? (frame.intent && intentText(frame.intent));
		return [
			{
				portrait,
				caption: [frameNumber(frame.index), aside].filter(Boolean).join('  '),
				note: noteOf(frame)
			}
		];
	});
	const page: SheetPage = {
		title: shootTitle(shoot),
		standfirst: `${shoot.sitterName}. ${describeDirection(shoot.direction)}`,
		tiles,
		foot: footOf(shoot.createdAt, frames[0])
	};
	await exports.sheet(page, sheetName(shootTitle(shoot)), toolOfFrame(frames[0]));
}

/** Saves the finished frames of a contact sheet, whole, as an archive. */
export async function saveZip(exports: ExportState, sheet: Sheet, order: Order): Promise<void> {
	const title = shootTitle(sheet.shoot);
	const files = printable(sheet, order).flatMap((frame) => {
		const portrait = wholePortrait(frame);
		const label = `${frame.member?.name ?? sheet.shoot.name} ${frame.seed}`;
		return portrait ? [{ portrait, label, tool: toolOfFrame(frame) }] : [];
	});
	await exports.zip(files, archiveName(title));
}

/** Saves the team's page: everyone cropped alike, names under the pictures. */
export async function saveTeamSheet(exports: ExportState, team: TeamState): Promise<void> {
	const { sheet, portraits } = team;
	if (!sheet) return;
	const seeds = new Set(portraits.map(({ frame }) => frame.seed));
	const page: SheetPage = {
		title: sheet.shoot.name,
		standfirst: teamText(sheet.shoot.direction, seeds.size === 1 && portraits.length > 1),
		tiles: portraits.map(({ frame, name, portrait }) => ({
			portrait,
			caption: name,
			note: noteOf(frame)
		})),
		foot: footOf(sheet.shoot.createdAt, portraits[0]?.frame, peopleText(portraits.length))
	};
	await exports.sheet(page, sheetName(sheet.shoot.name), toolOfFrame(portraits[0]?.frame));
}

/** Saves the team's portraits as they are on the page. */
export async function saveTeamZip(exports: ExportState, team: TeamState): Promise<void> {
	const { sheet, portraits } = team;
	if (!sheet) return;
	const files = portraits.map(({ frame, name, portrait }) => ({
		portrait,
		label: name,
		tool: toolOfFrame(frame)
	}));
	await exports.zip(files, archiveName(sheet.shoot.name));
}

function noteOf({ seed, likeness, faceFound }: Frame): string {
	if (likeness !== null) return `Seed ${seed}, likeness ${likenessNumber(likeness)}`;
	return faceFound ? `Seed ${seed}` : `Seed ${seed}, no face found`;
}

function footOf(createdAt: number, frame: Frame | undefined, who?: string): SheetPage['foot'] {
	const made = [who, dateText(createdAt), 'made by a model, on this device with LuxShot'];
	const recipe = frame?.record?.recipe;
	return [
		made.filter(Boolean).join(', '),
		recipe ? `${recipe.packId} ${recipe.packHash.slice(0, 8)}` : ''
	];
}

function toolOfFrame(frame: Frame | undefined): string {
	return frame?.record ? toolOf(frame.record.recipe) : 'LuxShot';
}
