/** A contact sheet: one shoot and its frames, live or restored. */
import type { Intent } from '$lib/contract/direction';
import type { WireError } from '$lib/contract/errors';
import type { LikenessBand } from '$lib/contract/likeness';
import type { Progress, Stage } from '$lib/contract/progress';
import type { FrameMark } from '$lib/contract/recipe';
import type { SkinDrift } from '$lib/contract/skin';
import type { FramePlan, FrameRecord, ShootRecord } from '$lib/storage/schema';

/** `binned`: in the bin, or deleted for good (then without a record); neither shown nor made again. */
export type FrameStatus = 'waiting' | 'exposing' | 'done' | 'stopped' | 'failed' | 'binned';

export class Frame {
	status = $state<FrameStatus>('waiting');
	stage = $state<Stage | null>(null);
	step = $state(0);
	/** 0 until the engine has said how many there are. */
	steps = $state(0);
	error = $state.raw<WireError | null>(null);
	/** Set when the finished frame could not be kept; it stays on screen and can be downloaded. */
	notKept = $state.raw<WireError | null>(null);
	#preview = $state.raw<ImageBitmap | null>(null);
	#record = $state.raw<FrameRecord | null>(null);
	#url = $state<string | null>(null);

	constructor(
		readonly index: number,
		readonly seed: number,
		/** What sets it apart from the other frames of its shoot, beside the seed. */
		readonly plan: FramePlan | null,
		/** Who sits for it. */
		readonly sitter: { id: string; name: string }
	) {}

	/** Which side of a pair it is; null outside a pair. */
	get intent(): Intent | null {
		return this.plan?.intent ?? null;
	}

	/** Who it is of a team; null where a whole shoot has one sitter. */
	get member(): { id: string; name: string } | null {
		return this.plan?.sitter ?? null;
	}

	get record(): FrameRecord | null {
		return this.#record;
	}

	get preview(): ImageBitmap | null {
		return this.#preview;
	}

	/** Object URL of the finished picture; lives until `dispose`. */
	get url(): string | null {
		return this.#url;
	}

	get likeness(): number | null {
		return this.#record?.scores.likeness ?? null;
	}

	get faceFound(): boolean {
		return !!this.#record?.face;
	}

	get likenessBand(): LikenessBand | null {
		return this.#record?.scores.likenessBand ?? null;
	}

	get skinDrift(): SkinDrift | null {
		return this.#record?.scores.skinDrift ?? null;
	}

	get mark(): FrameMark | null {
		return this.#record?.mark ?? null;
	}

	/** What was decided about a finished frame; the picture stays as it is. */
	amend(change: Pick<FrameRecord, 'mark'>): void {
		if (this.#record) this.#record = { ...this.#record, ...change };
	}

	/** Waiting or exposing: a cancel still means something. */
	get pending(): boolean {
		return this.status === 'waiting' || this.status === 'exposing';
	}

	/** Takes over the bitmap and closes the one before. */
	show(preview: ImageBitmap | null): void {
		this.#preview?.close();
		this.#preview = preview;
	}

	/** Shows how far the exposure is; a preview that comes too late is closed. */
	follow(progress: Progress): void {
		if (progress.kind === 'preview') {
			if (this.status === 'exposing') this.show(progress.image);
			else progress.image.close();
		} else if (progress.kind === 'step') {
			this.step = progress.step;
			this.steps = progress.steps;
		} else if (progress.kind === 'stage-started') this.stage = progress.stage;
	}

	finish(record: FrameRecord): void {
		this.#record = record;
		this.#url = URL.createObjectURL(new Blob([record.bytes], { type: record.mimeType }));
		this.status = 'done';
		this.show(null);
	}

	fail(error: WireError): void {
		this.error = error;
		this.status = 'failed';
		this.show(null);
	}

	stop(): void {
		this.status = 'stopped';
		this.show(null);
	}

	/** Back to the end of the line: whatever was exposed of it is given up. */
	wait(): void {
		this.status = 'waiting';
		this.step = this.steps = 0;
		this.stage = null;
		this.show(null);
	}

	/** Takes the frame off its sheet; the picture stays at hand for `unbin`. */
	bin(): void {
		this.status = 'binned';
	}

	unbin(): void {
		if (this.#record) this.status = 'done';
	}

	/** Forgets the picture of a frame that was deleted for good. */
	erase(): void {
		this.dispose();
		this.#record = null;
		this.status = 'binned';
	}

	dispose(): void {
		this.show(null);
		if (this.#url) URL.revokeObjectURL(this.#url);
		this.#url = null;
	}
}

export class Sheet {
	#shoot = $state.raw<ShootRecord>() as ShootRecord;
	#frames = $state.raw<readonly Frame[]>([]);

	constructor(shoot: ShootRecord) {
		this.#shoot = shoot;
		this.#frames = Array.from({ length: shoot.count }, (_, index) => frameOf(shoot, index));
	}

	get shoot(): ShootRecord {
		return this.#shoot;
	}

	get frames(): readonly Frame[] {
		return this.#frames;
	}

	/** Of several people, each in frames of their own. */
	get team(): boolean {
		return this.#frames.some(({ member }) => member !== null);
	}

	/** One frame more, at the end: the earlier ones keep their numbers. Only for shoots with a plan. */
	add(plan: FramePlan): Frame {
		const index = this.#shoot.count;
		this.#shoot = {
			...this.#shoot,
			count: index + 1,
			plan: [...(this.#shoot.plan ?? []), plan]
		};
		const frame = frameOf(this.#shoot, index);
		this.#frames = [...this.#frames, frame];
		return frame;
	}

	/** What was decided about the shoot as a whole. */
	amend(change: Pick<ShootRecord, 'crop'>): void {
		this.#shoot = { ...this.#shoot, ...change };
	}

	/** A sheet from storage: finished frames, stopped ones, and those that still wait for their turn. */
	static restored(shoot: ShootRecord, records: readonly FrameRecord[]): Sheet {
		const sheet = new Sheet(shoot);
		for (const frame of sheet.frames) {
			const record = records.find(({ index }) => index === frame.index);
			if (record) {
				frame.finish(record);
				if (record.binnedAt !== undefined) frame.bin();
			} else if (shoot.erased?.includes(frame.index)) frame.bin();
			else if (shoot.dropped?.includes(frame.index) ?? true) frame.stop();
		}
		return sheet;
	}

	/** The shoot as it is to be kept now. */
	get state(): ShootRecord {
		const dropped = this.frames
			.filter(({ status }) => status === 'stopped' || status === 'failed')
			.map(({ index }) => index);
		return { ...this.shoot, dropped };
	}

	get pending(): boolean {
		return this.frames.some((frame) => frame.pending);
	}

	/** Every frame of it is in the bin or gone. */
	get empty(): boolean {
		return this.frames.every(({ status }) => status === 'binned');
	}

	dispose(): void {
		for (const frame of this.frames) frame.dispose();
	}
}

function frameOf(shoot: ShootRecord, index: number): Frame {
	const plan = shoot.plan?.[index] ?? null;
	const { sitterId: id, sitterName: name } = shoot;
	const seed = plan?.seed ?? (shoot.seed + index) >>> 0;
	return new Frame(index, seed, plan, plan?.sitter ?? { id, name });
}
