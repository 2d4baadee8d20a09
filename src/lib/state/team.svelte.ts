/** A team: several sitters, one direction, one look. One shoot, whose plan has an entry for every portrait. */
import type { Crop, CropId } from '$lib/contract/crops';
import type { NamedShoot } from '$lib/direction/shoots';
import { SHOOTS } from '$lib/direction/shoots';
import { cropTogether } from '$lib/finish/crop';
import type { Portrait } from '$lib/finish/pictures';
import type { Repository } from '$lib/storage/repository';
import { toWireError, type WireError } from '$lib/contract/errors';
import { DirectionState } from './direction.svelte';
import type { EngineState } from './engine.svelte';
import type { RunState } from './run.svelte';
import type { SelectionState } from './selection.svelte';
import type { Frame, Sheet } from './sheet.svelte';
import type { Sitter, SitterState } from './sitters.svelte';

/** `same`: one seed for everyone, as alike as the model makes them. `own`: the next seed for each. */
export type SeedPolicy = 'same' | 'own';

/** One person of a team, with every portrait taken of them. */
export interface Member {
	sitter: { id: string; name: string };
	/** In the order they were shot, without those in the bin. */
	takes: readonly Frame[];
	/** The one on the page; null when all are in the bin. */
	frame: Frame | null;
	/** How that one is cropped; null until it is finished. */
	crop: Crop | null;
}

/** As many as a sheet holds legibly. */
export const MAX_TEAM = 24;
const TEAM_PAGE = SHOOTS.find(({ id }) => id === 'team-page')!;

export class TeamState {
	readonly direction: DirectionState;
	policy = $state<SeedPolicy>('same');
	problem = $state.raw<WireError | null>(null);
	/** Sitters that were left out; whoever comes new belongs to the team. */
	#left = $state.raw<readonly string[]>([]);
	#shown = $state<string | null>(null);
	#crop = $state<CropId>('profile');

	constructor(
		private readonly sitters: SitterState,
		private readonly engine: EngineState,
		private readonly run: RunState,
		private readonly selection: SelectionState,
		private readonly repository: Repository,
		own: () => readonly NamedShoot[]
	) {
		this.direction = new DirectionState(own, TEAM_PAGE);
	}

	/** In the order of the sitters. */
	get chosen(): readonly Sitter[] {
		return this.sitters.all.filter(({ id }) => !this.#left.includes(id)).slice(0, MAX_TEAM);
	}

	/** Takes a person into the team or leaves them out. */
	toggle(id: string): void {
		this.#left = this.#left.includes(id)
			? this.#left.filter((other) => other !== id)
			: [...this.#left, id];
	}

	/** Teams on the wall, newest first. */
	get sheets(): readonly Sheet[] {
		return this.run.sheets.filter(({ team, empty }) => team && !empty);
	}

	/** The team on the page. */
	get sheet(): Sheet | null {
		return this.sheets.find(({ shoot }) => shoot.id === this.#shown) ?? this.sheets[0] ?? null;
	}

	show(shootId: string): void {
		this.#shown = shootId;
	}

	/** How the portraits are cropped, on the page and in files. */
	get crop(): CropId {
		return this.sheet?.shoot.crop ?? this.#crop;
	}

	/** Kept with the team; the next one begins with it. */
	async setCrop(crop: CropId): Promise<void> {
		this.#crop = crop;
		const { sheet } = this;
		if (!sheet) return;
		sheet.amend({ crop });
		await this.#attempt(() => this.repository.amendShoot(sheet.shoot.id, { crop }));
	}

	readonly members = $derived.by((): readonly Member[] => {
		const frames = this.sheet?.frames ?? [];
		const everyone = frames.flatMap(({ member }) => member ?? []);
		const people = everyone.filter(
			({ id }, place) => everyone.findIndex((other) => other.id === id) === place
		);
		const members = people.map((sitter) => {
			const takes = frames.filter(
				({ member, status }) => member?.id === sitter.id && status !== 'binned'
			);
			return { sitter, takes, frame: takeOnPage(takes) };
		});
		const done = members.flatMap(({ frame }) =>
			frame?.record && frame.status === 'done' ? [frame] : []
		);
		const crops = cropTogether(
			done.map(({ record }) => ({
				width: record!.width,
				height: record!.height,
				points: record!.face?.points ?? null
			})),
			this.crop
		);
		return members.map((member) => ({
			...member,
			crop: (member.frame && crops[done.indexOf(member.frame)]) ?? null
		}));
	});

	/** Finished portraits of the page, as they are exported. */
	get portraits(): { frame: Frame; name: string; portrait: Portrait }[] {
		return this.members.flatMap(({ sitter, frame, crop }) => {
			if (!frame?.record || !crop) return [];
			const { bytes, mimeType } = frame.record;
			return [{ frame, name: sitter.name, portrait: { bytes, mimeType, crop } }];
		});
	}

	/** Starts a portrait of everyone chosen; null when that is nobody. */
	shoot(): Sheet | null {
		const { chosen } = this;
		const { title: name, direction, seed } = this.direction;
		const [first] = chosen;
		if (!first) return null;
		const sheet = this.run.shoot({
			id: crypto.randomUUID(),
			name,
			direction,
			sitterId: first.id,
			sitterName: chosen.map((sitter) => sitter.name).join(', '),
			seed,
			count: chosen.length,
			plan: chosen.map((sitter, i) => ({
				direction,
				seed: this.policy === 'same' ? seed : (seed + i) >>> 0,
				sitter: { id: sitter.id, name: sitter.name }
			})),
			identityStrength: this.direction.strength(
				this.engine.pack?.manifest.defaults.identityStrength ?? 1
			),
			createdAt: Date.now(),
			crop: this.#crop
		});
		this.direction.advance(this.policy === 'same' ? 1 : chosen.length);
		this.#shown = sheet.shoot.id;
		return sheet;
	}

	/** One person once more, with another seed; the earlier portraits stay. Null when the person is gone. */
	retake({ sitter, takes }: Pick<Member, 'sitter' | 'takes'>): Frame | null {
		const { sheet } = this;
		const here = this.sitters.all.find(({ id }) => id === sitter.id);
		if (!sheet || !here) return null;
		const direction = takes[0]?.plan?.direction ?? sheet.shoot.direction;
		const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
		return this.run.extend(sheet, { direction, seed, sitter });
	}

	/** Whether a person can be photographed again. */
	present({ id }: { id: string }): boolean {
		return this.sitters.all.some((sitter) => sitter.id === id);
	}

	/** Puts another take on the page: it becomes the person's one favourite. */
	async use({ takes }: Pick<Member, 'takes'>, take: Frame): Promise<void> {
		for (const other of takes)
			if (other !== take && other.mark === 'favourite')
				await this.selection.mark(other, 'favourite');
		if (take.mark !== 'favourite') await this.selection.mark(take, 'favourite');
	}

	async #attempt(work: () => Promise<void>): Promise<void> {
		try {
			await work();
			this.problem = null;
		} catch (error) {
			this.problem = toWireError(error);
		}
	}
}

/** What is under way is shown; then the last favourite, the last that was not rejected, the last at all. */
export function takeOnPage(takes: readonly Frame[]): Frame | null {
	const done = takes.filter(({ status }) => status === 'done');
	return (
		takes.findLast(({ pending }) => pending) ??
		done.findLast(({ mark }) => mark === 'favourite') ??
		done.findLast(({ mark }) => mark === null) ??
		done.at(-1) ??
		takes.at(-1) ??
		null
	);
}
