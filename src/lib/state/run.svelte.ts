/** The run queue: one frame at a time, every outcome shown, every finished frame kept. */
import { LuxError, toWireError, type WireError } from '$lib/contract/errors';
import type { Progress } from '$lib/contract/progress';
import type { Repository } from '$lib/storage/repository';
import type { FramePlan, ShootRecord } from '$lib/storage/schema';
import type { EngineState } from './engine.svelte';
import { withGenerator } from './generator';
import { Pace } from './pace.svelte';
import { recipeOf, recordOf, requestOf } from './records';
import { Sheet, type Frame } from './sheet.svelte';
import type { SitterState } from './sitters.svelte';

/** Sheets read back on load; older ones stay in storage and are read on demand. */
const SHEETS_AT_ONCE = 8;

export type RunEvent = {
	kind: 'started' | 'done' | 'failed' | 'stopped';
	sheet: Sheet;
	frame: Frame;
};

export class RunState {
	/** Newest first. */
	sheets = $state.raw<readonly Sheet[]>([]);
	/** Shoots in storage that are not among `sheets` yet. */
	older = $state(0);
	restoreError = $state.raw<WireError | null>(null);
	/** The last thing worth saying aloud. */
	event = $state.raw<RunEvent | null>(null);
	/** Another tab is shooting; this one goes on after it. */
	waitsForTab = $state(false);
	#current = $state.raw<{ sheet: Sheet; frame: Frame } | null>(null);
	readonly pace = new Pace();

	#abort: AbortController | null = null;
	#draining: Promise<void> | null = null;
	#suspended = false;

	constructor(
		private readonly engine: EngineState,
		private readonly sitters: SitterState,
		private readonly repository: Repository
	) {}

	/** The frame being exposed, with its sheet. */
	get current(): { sheet: Sheet; frame: Frame } | null {
		return this.#current;
	}

	get busy(): boolean {
		return this.sheets.some((sheet) => sheet.pending);
	}

	/** Milliseconds until everything in the queue is done; null before anything was measured. */
	get timeLeft(): number | null {
		const waiting = this.sheets
			.flatMap(({ frames }) => frames)
			.filter(({ status }) => status === 'waiting').length;
		return this.pace.left(this.#current?.frame.step ?? 0, this.#current?.frame.steps ?? 0, waiting);
	}

	/** Reads the newest shoots back; call again for older ones. */
	async restore(): Promise<void> {
		try {
			const shoots = (await this.repository.listShoots()).filter(({ binnedAt }) => !binnedAt);
			const shown = this.sheets.map(({ shoot }) => shoot.id);
			const missing = shoots.filter(({ id }) => !shown.includes(id));
			// The team page opens on the last team, however much was shot since.
			const team = missing.find(({ plan }) => plan?.some(({ sitter }) => sitter));
			const next = await Promise.all(
				missing
					.filter((shoot, place) => place < SHEETS_AT_ONCE || shoot === team)
					.map(async (shoot) => Sheet.restored(shoot, await this.repository.framesOf(shoot.id)))
			);
			for (const sheet of next) {
				const timings = sheet.frames.find(({ record }) => record)?.record?.provenance.timings;
				if (timings && !this.#draining) this.pace.frame(timings);
			}
			this.sheets = [...this.sheets, ...next].toSorted(
				(a, b) => b.shoot.createdAt - a.shoot.createdAt
			);
			this.older = missing.length - next.length;
			this.restoreError = null;
		} catch (error) {
			this.restoreError = toWireError(error);
		}
	}

	/** Puts a shoot into the queue; its sheet is there at once. */
	shoot(record: ShootRecord): Sheet {
		const sheet = new Sheet(record);
		this.sheets = [sheet, ...this.sheets];
		this.#keep(sheet);
		this.resume();
		return sheet;
	}

	/** Adds a frame to a shoot that has a plan, and puts it into the queue. */
	extend(sheet: Sheet, plan: FramePlan): Frame {
		const frame = sheet.add(plan);
		this.#keep(sheet);
		this.resume();
		return frame;
	}

	/** Works the queue off, unless that is under way already or there is nothing in it. */
	resume(): void {
		if (!this.#next()) return;
		this.#draining ??= withGenerator(
			() => this.#drain(),
			() => (this.waitsForTab = true)
		)
			// The browser refused the lock: say so on every frame, rather than try for ever.
			.catch((error: unknown) => this.#failWaiting(toWireError(error)))
			.finally(() => {
				this.#draining = null;
				this.waitsForTab = false;
				// Something may have come in after the last look.
				this.resume();
			});
	}

	/** Answers at once: the frame is stopped now, whatever the engine still does about it. */
	cancel(frame: Frame): void {
		if (!frame.pending) return;
		const sheet = this.sheets.find(({ frames }) => frames.includes(frame));
		frame.stop();
		if (this.#current?.frame === frame) this.#abort?.abort();
		if (!sheet) return;
		this.event = { kind: 'stopped', sheet, frame };
		this.#keep(sheet);
	}

	/** The page goes away: what waits is taken up again when it comes back. */
	suspend(): void {
		this.#suspended = true;
		this.#abort?.abort();
	}

	/** Stops every frame that is not finished. */
	cancelAll(): void {
		for (const { frames } of this.sheets) for (const frame of frames) this.cancel(frame);
	}

	/** Takes a shoot off the wall and out of the queue; its unfinished frames wait for `readmit`. */
	withdraw(sheet: Sheet): void {
		this.sheets = this.sheets.filter((other) => other !== sheet);
		for (const frame of sheet.frames) if (frame.pending) frame.wait();
		if (this.#current?.sheet === sheet) this.#abort?.abort();
	}

	/** Hangs a shoot up again in its place and takes its unfinished frames up. */
	readmit(sheet: Sheet): void {
		this.sheets = [...this.sheets, sheet].toSorted((a, b) => b.shoot.createdAt - a.shoot.createdAt);
		this.resume();
	}

	async #drain(): Promise<void> {
		const waited = this.waitsForTab;
		this.waitsForTab = false;
		for (let next = this.#next(); next; next = this.#next()) {
			if (waited && (await this.#madeElsewhere(next.sheet, next.frame))) continue;
			this.#current = next;
			await this.#expose(next.sheet, next.frame);
			this.#current = null;
		}
	}

	/** Both tabs had the frame in their queues, and the other one was faster. */
	async #madeElsewhere(sheet: Sheet, frame: Frame): Promise<boolean> {
		const records = await this.repository.framesOf(sheet.shoot.id).catch(() => []);
		const record = records.find(({ index }) => index === frame.index);
		if (record && frame.status === 'waiting') frame.finish(record);
		return record !== undefined;
	}

	#failWaiting(reason: WireError): void {
		for (const { frames } of this.sheets)
			for (const frame of frames) if (frame.status === 'waiting') frame.fail(reason);
	}

	/** Keeps the queue itself. A failure is told with the first frame that cannot be kept. */
	#keep(sheet: Sheet): void {
		this.repository.createShoot(sheet.state).catch(() => undefined);
	}

	/** Oldest shoot first, then frame order. */
	#next(): { sheet: Sheet; frame: Frame } | null {
		if (this.#suspended) return null;
		for (const sheet of this.sheets.toReversed())
			for (const frame of sheet.frames) if (frame.status === 'waiting') return { sheet, frame };
		return null;
	}

	async #expose(sheet: Sheet, frame: Frame): Promise<void> {
		const abort = (this.#abort = new AbortController());
		frame.status = 'exposing';
		this.event = { kind: 'started', sheet, frame };
		/** Which other frames of this shoot fail for the same reason: without the engine all of them. */
		let shared: (other: Frame) => boolean = () => true;
		try {
			const { pack } = await this.engine.start();
			if (frame.status !== 'exposing') return;
			shared = ({ sitter }) => sitter.id === frame.sitter.id;
			const faces = await this.sitters.faces(abort.signal, frame.sitter.id);
			shared = () => false;
			const recipe = recipeOf(sheet.shoot, frame, pack, this.sitters.toldNotes(frame.sitter.id));
			const source = recipe.init ? await this.#sourceOf(recipe.init.frameId) : null;
			if (frame.status !== 'exposing') return;
			const result = await this.engine.shootFrame(
				abort.signal,
				requestOf(recipe, faces, source),
				(progress) => this.#follow(frame, progress)
			);
			const twin = await this.#twinOf(sheet.shoot);
			// A result that arrives after the cancel is not a success: the person has moved on.
			if (frame.status !== 'exposing' || this.#suspended) return;
			this.pace.frame(result.timings);
			const record = recordOf(sheet.shoot, frame.index, recipe, result, twin);
			frame.finish(record);
			this.event = { kind: 'done', sheet, frame };
			await this.repository.addFrame(sheet.state, record).catch((error: unknown) => {
				frame.notKept = toWireError(error);
			});
		} catch (error) {
			if (frame.status !== 'exposing' || this.#suspended) return;
			const reason = toWireError(error);
			frame.fail(reason);
			// Without the engine, or the sitter, they cannot come: do not try each in turn.
			for (const other of sheet.frames)
				if (other.status === 'waiting' && shared(other)) other.fail(reason);
			this.event = { kind: 'failed', sheet, frame };
			this.#keep(sheet);
		}
	}

	/** Bytes of an earlier frame; one that could not be kept is still on the wall. */
	async #sourceOf(frameId: string): Promise<ArrayBuffer> {
		const onWall = this.sheets
			.flatMap(({ frames }) => frames)
			.find(({ record }) => record?.id === frameId);
		const record = onWall?.record ?? (await this.repository.readFrame(frameId));
		if (!record) throw new LuxError('source-gone', {});
		return record.bytes;
	}

	/** The frame that a re-run makes again, to compare with; null for any other shoot, and when it is gone. */
	#twinOf({ origin }: ShootRecord): Promise<ArrayBuffer | null> {
		if (origin?.kind !== 'rerun') return Promise.resolve(null);
		return this.#sourceOf(origin.frameId).catch(() => null);
	}

	#follow(frame: Frame, progress: Progress): void {
		if (progress.kind === 'step') this.pace.step(progress.milliseconds);
		frame.follow(progress);
	}
}
