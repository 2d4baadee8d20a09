/** The run queue: one frame at a time, every outcome shown, every finished frame kept. */
import type { FrameResult } from '$lib/contract/engine';
import { toWireError, type WireError } from '$lib/contract/errors';
import type { PackManifest } from '$lib/contract/manifest';
import type { Progress } from '$lib/contract/progress';
import type { Recipe } from '$lib/contract/recipe';
import type { Repository } from '$lib/storage/repository';
import type { FrameRecord, ShootRecord } from '$lib/storage/schema';
import type { EngineState } from './engine.svelte';
import { Pace } from './pace.svelte';
import { Sheet, type Frame } from './sheet.svelte';
import type { SitterState } from './sitters.svelte';

/** A preview after every second step shows the picture arrive without doubling the work. */
const PREVIEW_EVERY = 2;
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
	#current = $state.raw<{ sheet: Sheet; frame: Frame } | null>(null);
	readonly pace = new Pace();

	#abort: AbortController | null = null;
	#draining: Promise<void> | null = null;

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
			const shoots = await this.repository.listShoots();
			const shown = this.sheets.map(({ shoot }) => shoot.id);
			const missing = shoots.filter(({ id }) => !shown.includes(id));
			const next = await Promise.all(
				missing
					.slice(0, SHEETS_AT_ONCE)
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
		this.#draining ??= this.#drain().finally(() => (this.#draining = null));
		return sheet;
	}

	/** Answers at once: the frame is stopped now, whatever the engine still does about it. */
	cancel(frame: Frame): void {
		if (!frame.pending) return;
		const sheet = this.sheets.find(({ frames }) => frames.includes(frame));
		frame.stop();
		if (this.#current?.frame === frame) this.#abort?.abort();
		if (sheet) this.event = { kind: 'stopped', sheet, frame };
	}

	/** Stops every frame that is not finished. */
	cancelAll(): void {
		for (const { frames } of this.sheets) for (const frame of frames) this.cancel(frame);
	}

	/** Takes a sheet off the wall and out of storage. */
	async remove(sheet: Sheet): Promise<void> {
		for (const frame of sheet.frames) this.cancel(frame);
		await this.repository.removeShoot(sheet.shoot.id);
		this.sheets = this.sheets.filter((other) => other !== sheet);
		sheet.dispose();
	}

	async #drain(): Promise<void> {
		for (let next = this.#next(); next; next = this.#next()) {
			this.#current = next;
			await this.#expose(next.sheet, next.frame);
			this.#current = null;
		}
	}

	/** Oldest shoot first, then frame order. */
	#next(): { sheet: Sheet; frame: Frame } | null {
		for (const sheet of this.sheets.toReversed())
			for (const frame of sheet.frames) if (frame.status === 'waiting') return { sheet, frame };
		return null;
	}

	async #expose(sheet: Sheet, frame: Frame): Promise<void> {
		const abort = (this.#abort = new AbortController());
		frame.status = 'exposing';
		this.event = { kind: 'started', sheet, frame };
		let ready = false;
		try {
			const { pack } = await this.engine.start();
			if (frame.status !== 'exposing') return;
			const embeddings = await this.sitters.embeddings(abort.signal, sheet.shoot.sitterId);
			ready = true;
			const recipe = recipeOf(sheet, frame, pack);
			const result = await this.engine.shootFrame(
				abort.signal,
				{
					embeddings,
					direction: recipe.direction,
					seed: recipe.seed,
					steps: recipe.steps,
					guidanceScale: recipe.guidanceScale,
					identityStrength: recipe.identityStrength,
					previewEvery: PREVIEW_EVERY
				},
				(progress) => this.#follow(frame, progress)
			);
			// A result that arrives after the cancel is not a success: the person has moved on.
			if (frame.status !== 'exposing') return;
			this.pace.frame(result.timings);
			const record = recordOf(sheet, frame, recipe, result);
			frame.finish(record);
			this.event = { kind: 'done', sheet, frame };
			await this.repository.addFrame(sheet.shoot, record).catch((error: unknown) => {
				frame.notKept = toWireError(error);
			});
		} catch (error) {
			if (frame.status !== 'exposing') return;
			const reason = toWireError(error);
			frame.fail(reason);
			// Without the engine or the sitter no frame of this shoot can come: do not try each in turn.
			if (!ready)
				for (const other of sheet.frames) if (other.status === 'waiting') other.fail(reason);
			this.event = { kind: 'failed', sheet, frame };
		}
	}

	#follow(frame: Frame, progress: Progress): void {
		const live = frame.status === 'exposing';
		if (progress.kind === 'preview') {
			if (live) frame.show(progress.image);
			else progress.image.close();
		} else if (progress.kind === 'step') {
			this.pace.step(progress.milliseconds);
			frame.step = progress.step;
			frame.steps = progress.steps;
		} else if (progress.kind === 'stage-started') frame.stage = progress.stage;
	}
}

function recipeOf(
	{ shoot }: Sheet,
	frame: Frame,
	{ hash, manifest }: { hash: string; manifest: PackManifest }
): Recipe {
	return {
		version: 1,
		packId: manifest.id,
		packHash: hash,
		direction: shoot.direction,
		seed: frame.seed,
		steps: manifest.defaults.steps,
		guidanceScale: manifest.defaults.guidanceScale,
		identityStrength: shoot.identityStrength
	};
}

function recordOf(sheet: Sheet, frame: Frame, recipe: Recipe, result: FrameResult): FrameRecord {
	return {
		id: crypto.randomUUID(),
		shootId: sheet.shoot.id,
		index: frame.index,
		bytes: result.bytes,
		mimeType: result.mimeType,
		width: result.width,
		height: result.height,
		recipe,
		scores: { likeness: result.likeness },
		provenance: { device: result.device, timings: result.timings },
		createdAt: Date.now()
	};
}
