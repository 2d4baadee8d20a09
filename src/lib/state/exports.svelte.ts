/** Files that leave the app: sheets and archives of portraits. */
import { toWireError, type WireError } from '$lib/contract/errors';
import type { Recipe } from '$lib/contract/recipe';
import { memberNames } from '$lib/finish/names';
import { commonSize, portraitPng, save, zip, type Portrait } from '$lib/finish/pictures';
import { sheetPng, type SheetPage } from '$lib/finish/sheet';
import type { Frame } from './sheet.svelte';

export interface ExportProgress {
	kind: 'sheet' | 'zip';
	/** Pictures. */
	done: number;
	total: number;
}

export class ExportState {
	/** What is being made; null at rest. */
	now = $state.raw<ExportProgress | null>(null);
	/** Name of the last file that was handed over, worth saying aloud. */
	saved = $state<string | null>(null);
	problem = $state.raw<WireError | null>(null);

	/** Saves a sheet of portraits as one picture. Does nothing while another file is being made. */
	sheet(page: SheetPage, name: string, tool: string): Promise<void> {
		return this.#make('sheet', page.tiles.length, name, (step) => sheetPng(page, tool, step));
	}

	/**
	 * Saves portraits as an archive, in this order; cropped ones all in one size.
	 * @param portraits with the names that their files carry after the number
	 */
	zip(
		portraits: readonly { portrait: Portrait; label: string; tool: string }[],
		name: string
	): Promise<void> {
		return this.#make('zip', portraits.length, name, async (step) => {
			const size = commonSize(portraits.map(({ portrait }) => portrait.crop));
			const names = memberNames(portraits.map(({ label }) => label));
			const files: { name: string; content: Blob }[] = [];
			for (const [i, { portrait, tool }] of portraits.entries()) {
				files.push({ name: names[i]!, content: await portraitPng(portrait, tool, size) });
				step(i + 1);
			}
			return zip(files);
		});
	}

	async #make(
		kind: ExportProgress['kind'],
		total: number,
		name: string,
		work: (step: (done: number) => void) => Promise<Blob>
	): Promise<void> {
		if (this.now || total === 0) return;
		this.now = { kind, done: 0, total };
		this.problem = this.saved = null;
		try {
			save(await work((done) => (this.now = { kind, done, total })), name);
			this.saved = name;
		} catch (error) {
			this.problem = toWireError(error);
		} finally {
			this.now = null;
		}
	}
}

/** What a file says about its making, for example "LuxShot, pack pocket 3fa94c01". */
export function toolOf({ packId, packHash }: Pick<Recipe, 'packId' | 'packHash'>): string {
	return `LuxShot, pack ${packId} ${packHash.slice(0, 8)}`;
}

/** A finished frame as it was shot. */
export function wholePortrait(frame: Frame): Portrait | null {
	if (!frame.record) return null;
	const { bytes, mimeType, width, height } = frame.record;
	return { bytes, mimeType, crop: { x: 0, y: 0, width, height, fit: 'whole' } };
}
