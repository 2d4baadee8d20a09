/** The bin: what was deleted stays in it, and comes back as it was, until it is deleted for good. */
import { toWireError, type WireError } from '$lib/contract/errors';
import type { Repository } from '$lib/storage/repository';
import type { FrameRecord, ShootRecord } from '$lib/storage/schema';
import type { RunState } from './run.svelte';
import { Sheet, type Frame } from './sheet.svelte';

/** A whole shoot, or one frame of it. */
export interface Binned {
	sheet: Sheet;
	/** Null for the whole shoot. */
	frame: Frame | null;
}

/** Something in the bin, as read from storage. */
export interface BinEntry {
	/** Id of the frame, or of the shoot where all of it is in the bin. */
	id: string;
	shoot: ShootRecord;
	/** Null for a whole shoot. */
	frame: FrameRecord | null;
	/** Pictures in it. */
	count: number;
	/** Bytes of these pictures. */
	bytes: number;
	/** Object URL of the (first) picture; null for a shoot without one. */
	url: string | null;
	binnedAt: number;
}

export class BinState {
	/** What was put into the bin last, while that can be undone. */
	last = $state.raw<Binned | null>(null);
	/** What came back last, worth saying aloud. */
	back = $state.raw<Binned | null>(null);
	/** Last binned first; null while the bin is not open. */
	entries = $state.raw<readonly BinEntry[] | null>(null);
	problem = $state.raw<WireError | null>(null);
	/** Sheets taken off the wall since the page was opened; they hold frames that could not be kept, too. */
	// eslint-disable-next-line svelte/prefer-svelte-reactivity -- looked up, never rendered
	readonly #withdrawn = new Map<string, Sheet>();

	constructor(
		private readonly run: RunState,
		private readonly repository: Repository
	) {}

	/** Puts one finished frame into the bin. */
	binFrame(sheet: Sheet, frame: Frame): Promise<void> {
		const { record } = frame;
		if (frame.status !== 'done' || !record) return Promise.resolve();
		return this.#attempt(async () => {
			await this.repository.amendFrame(record.id, { binnedAt: Date.now() });
			frame.bin();
			this.last = { sheet, frame };
		});
	}

	/** Puts a whole shoot into the bin; what it still has to shoot waits there with it. */
	binShoot(sheet: Sheet): Promise<void> {
		return this.#attempt(async () => {
			await this.repository.amendShoot(sheet.shoot.id, { binnedAt: Date.now() });
			this.run.withdraw(sheet);
			this.#withdrawn.set(sheet.shoot.id, sheet);
			this.last = { sheet, frame: null };
		});
	}

	/** Takes back what was binned last. */
	undo(): Promise<void> {
		const { last } = this;
		if (!last) return Promise.resolve();
		return this.#attempt(() =>
			last.frame?.record
				? this.#restoreFrame(last.frame.record)
				: this.#restoreShoot(last.sheet.shoot, [])
		);
	}

	/** Reads what is in the bin; it stays as read until `close`. */
	open(): Promise<void> {
		return this.#attempt(() => this.#read());
	}

	close(): void {
		this.#release();
		this.entries = null;
	}

	restore({ shoot, frame }: BinEntry): Promise<void> {
		return this.#attempt(async () => {
			if (frame) await this.#restoreFrame(frame);
			else await this.#restoreShoot(shoot, await this.repository.framesOf(shoot.id));
			await this.#read();
		});
	}

	/** Deletes for good. */
	erase(entry: BinEntry): Promise<void> {
		return this.#attempt(async () => {
			await this.#erase(entry);
			await this.#read();
		});
	}

	/** Deletes everything in the bin for good. What fails, and what comes after it, stays in the bin. */
	empty(): Promise<void> {
		return this.#attempt(async () => {
			try {
				for (const entry of this.entries ?? []) await this.#erase(entry);
			} finally {
				await this.#read();
			}
		});
	}

	async #restoreFrame(record: FrameRecord): Promise<void> {
		await this.repository.amendFrame(record.id, { binnedAt: undefined });
		// A shoot that is not on the wall finds its frame in storage when it is hung up.
		const found = this.#onWall(record);
		found?.frame?.unbin();
		this.#cameBack(found);
	}

	async #restoreShoot(shoot: ShootRecord, records: readonly FrameRecord[]): Promise<void> {
		await this.repository.amendShoot(shoot.id, { binnedAt: undefined });
		const sheet =
			this.#withdrawn.get(shoot.id) ?? Sheet.restored({ ...shoot, binnedAt: undefined }, records);
		this.#withdrawn.delete(shoot.id);
		this.run.readmit(sheet);
		this.#cameBack({ sheet, frame: null });
	}

	async #erase({ shoot, frame: record }: BinEntry): Promise<void> {
		this.last = null;
		if (record) {
			await this.repository.eraseFrame(record.id);
			const found = this.#onWall(record);
			found?.frame?.erase();
			if (found?.sheet.frames.every((frame) => !frame.record && frame.status === 'binned'))
				this.run.withdraw(found.sheet);
			return;
		}
		await this.repository.removeShoot(shoot.id);
		this.#withdrawn.get(shoot.id)?.dispose();
		this.#withdrawn.delete(shoot.id);
	}

	#onWall({ shootId, index }: FrameRecord): Binned | null {
		const sheet = this.run.sheets.find(({ shoot }) => shoot.id === shootId);
		return sheet ? { sheet, frame: sheet.frames[index] ?? null } : null;
	}

	#cameBack(what: Binned | null): void {
		this.last = null;
		this.back = what;
	}

	async #read(): Promise<void> {
		const { shoots, frames } = await this.repository.readBin();
		this.#release();
		this.entries = [
			...shoots.map(({ shoot, frames }) => entryOf(shoot, null, frames)),
			...frames.map(({ shoot, frame }) => entryOf(shoot, frame, [frame]))
		].toSorted((a, b) => b.binnedAt - a.binnedAt);
	}

	#release(): void {
		for (const { url } of this.entries ?? []) if (url) URL.revokeObjectURL(url);
	}

	async #attempt(work: () => Promise<void>): Promise<void> {
		this.problem = this.back = null;
		try {
			await work();
		} catch (error) {
			this.problem = toWireError(error);
		}
	}
}

function entryOf(
	shoot: ShootRecord,
	frame: FrameRecord | null,
	frames: readonly FrameRecord[]
): BinEntry {
	const [first] = frames;
	return {
		id: frame?.id ?? shoot.id,
		shoot,
		frame,
		count: frames.length,
		bytes: frames.reduce((sum, { bytes }) => sum + bytes.byteLength, 0),
		url: first ? URL.createObjectURL(new Blob([first.bytes], { type: first.mimeType })) : null,
		binnedAt: frame?.binnedAt ?? shoot.binnedAt ?? 0
	};
}
