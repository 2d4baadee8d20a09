/** Everything the studio page works with, built once by the layout and handed down by context. */
import type { OptionId } from '$lib/contract/direction';
import type { BootOptions, PortraitEngine } from '$lib/contract/engine';
import { toWireError, type WireError } from '$lib/contract/errors';
import { packSize } from '$lib/contract/manifest';
import type { PackKeeper } from '$lib/contract/packs';
import { takeShared } from '$lib/offline/shared';
import { Repository } from '$lib/storage/repository';
import type { ShootRecord } from '$lib/storage/schema';
import { wipe, type Kept } from '$lib/storage/wipe';
import { createContext } from 'svelte';
import { AgainState } from './again.svelte';
import { BinState } from './bin.svelte';
import { DirectionState } from './direction.svelte';
import { EngineState } from './engine.svelte';
import { ExportState } from './exports.svelte';
import { IntakeState } from './intake.svelte';
import { KeyState } from './keys.svelte';
import { OfflineState } from './offline.svelte';
import { OwnShootState } from './own-shoots.svelte';
import { PackState } from './packs.svelte';
import { RequestLog } from './requests.svelte';
import { RunState } from './run.svelte';
import { SelectionState } from './selection.svelte';
import { SharingState } from './sharing.svelte';
import { SitterBin } from './sitter-bin.svelte';
import { SitterState, type SitterChange } from './sitters.svelte';
import type { Sheet } from './sheet.svelte';
import { TeamState } from './team.svelte';
import { whenIdle } from './when-idle';

export interface StudioOptions {
	createEngine: () => Promise<PortraitEngine>;
	/** Installs and keeps packs; made on first use. */
	createKeeper: () => Promise<PackKeeper>;
	/** The pack is the one that came with the app: another may be chosen. */
	boot: BootOptions;
	/** Absolute URL of the app's root with a trailing slash; asked for in the browser only. */
	baseUrl: () => string;
	/** URL of the picture of an option of the vocabulary, null where there is none. */
	picture: (id: OptionId) => string | null;
	/** Only tests use another database. */
	databaseName?: string;
}

export class Studio {
	readonly engine: EngineState;
	readonly sitters: SitterState;
	readonly sitterBin: SitterBin;
	readonly intake: IntakeState;
	readonly ownShoots: OwnShootState;
	readonly direction: DirectionState;
	readonly run: RunState;
	readonly selection: SelectionState;
	readonly bin: BinState;
	readonly again: AgainState;
	readonly sharing: SharingState;
	readonly team: TeamState;
	readonly packs: PackState;
	readonly exports = new ExportState();
	readonly requests = new RequestLog();
	readonly offline = new OfflineState();
	readonly keys = new KeyState();
	readonly picture: (id: OptionId) => string | null;
	/** A newer LuxShot took over storage in another tab. */
	superseded = $state(false);
	problem = $state.raw<WireError | null>(null);
	readonly #repository: Repository;
	/** Absolute URL of the app's root; browser only. */
	readonly baseUrl: () => string;
	readonly #databaseName: string | undefined;

	constructor(options: StudioOptions) {
		const { createEngine, createKeeper, boot, baseUrl, picture, databaseName } = options;
		this.picture = picture;
		this.baseUrl = baseUrl;
		this.#databaseName = databaseName;
		this.#repository = new Repository({
			name: databaseName,
			onSuperseded: () => (this.superseded = true)
		});
		this.engine = new EngineState(createEngine, boot);
		this.sitters = new SitterState(this.engine, this.#repository, baseUrl);
		this.sitterBin = new SitterBin(this.sitters);
		this.intake = new IntakeState(this.engine, this.sitters);
		this.ownShoots = new OwnShootState(this.#repository);
		this.direction = new DirectionState(() => this.ownShoots.all);
		this.sharing = new SharingState(this.direction, this.sitters, this.engine);
		this.run = new RunState(this.engine, this.sitters, this.#repository);
		this.selection = new SelectionState(this.#repository);
		this.team = new TeamState(
			this.sitters,
			this.engine,
			this.run,
			this.selection,
			this.#repository,
			() => this.ownShoots.all
		);
		this.again = new AgainState(this.engine, this.sitters, this.run);
		this.bin = new BinState(this.run, this.#repository);
		this.packs = new PackState({
			createKeeper,
			embedded: boot.pack,
			baseUrl,
			engine: this.engine,
			requests: this.requests,
			onReady: () => this.sitters.prepare()
		});
	}

	/** Strength shown and used; the pack's own before the person moves the slider. */
	get strength(): number {
		return this.direction.strength(this.engine.pack?.manifest.defaults.identityStrength ?? 1);
	}

	/**
	 * Loads what is kept, then gets the engine ready for the first Shoot. Browser only.
	 * @param fragment of the page's address: it may hold a shoot that was handed on
	 */
	async open(fragment = ''): Promise<void> {
		this.keys.load();
		this.packs.recall();
		this.direction.newSeed();
		this.team.direction.newSeed();
		this.sharing.arrive(fragment);
		await Promise.all([this.sitters.load(), this.ownShoots.load(), this.run.restore()]);
		this.sharing.seat();
		this.run.resume();
		await whenIdle();
		this.sitters.prefetch();
		await this.engine.start().then(
			() => this.sitters.prepare(),
			() => undefined // shown by EngineState
		);
	}

	/** Starts a shoot with the present direction; null when there is nobody to photograph. */
	shoot(): Sheet | null {
		const { title, direction, count } = this.direction;
		return this.#start({ name: title, direction, count }, count);
	}

	/**
	 * Starts a pair: the present direction and its counterpart with one sitter and one seed, on one sheet.
	 * @returns null when there is nobody to photograph, or when every axis is locked
	 */
	shootBoth(): Sheet | null {
		const { pair, direction, seed, canFlip } = this.direction;
		if (!canFlip) return null;
		const plan = (['headshot', 'editorial'] as const).map((intent) => ({
			direction: pair[intent].direction,
			seed,
			intent
		}));
		const name = `${pair.headshot.title} and ${pair.editorial.title}`;
		return this.#start({ name, direction, count: plan.length, plan }, 1);
	}

	/** @param seeds how many seeds the shoot uses */
	#start(
		asked: Pick<ShootRecord, 'name' | 'direction' | 'count' | 'plan'>,
		seeds: number
	): Sheet | null {
		const sitter = this.sitters.selected;
		if (!sitter) return null;
		const record: ShootRecord = {
			...asked,
			id: crypto.randomUUID(),
			sitterId: sitter.id,
			sitterName: sitter.name,
			seed: this.direction.seed,
			identityStrength: this.strength,
			...this.#askedSize(),
			createdAt: Date.now()
		};
		this.direction.advance(seeds);
		return this.run.shoot(record);
	}

	/** The chosen size, where the pack makes it and it is not what the pack makes anyway. */
	#askedSize(): Pick<ShootRecord, 'size'> {
		const { size } = this.direction;
		const manifest = this.engine.pack?.manifest;
		if (!size || !manifest) return {};
		const { width, height } = manifest.image;
		if (size.width === width && size.height === height) return {};
		const known = packSize(manifest, size);
		return known ? { size: known } : {};
	}

	async amendSitter(id: string, change: SitterChange): Promise<void> {
		await this.sitters
			.amend(id, change)
			.catch((error: unknown) => (this.problem = toWireError(error)));
	}

	/** Takes one photograph away from an own sitter; the answer puts it back, null where nothing was taken. */
	async takePhotograph(
		sitterId: string,
		photographId: string
	): Promise<(() => Promise<void>) | null> {
		try {
			const undo = await this.sitters.removeReference(sitterId, photographId);
			return (
				undo &&
				(() =>
					undo()
						.catch((error: unknown) => (this.problem = toWireError(error)))
						.then(() => undefined))
			);
		} catch (error) {
			this.problem = toWireError(error);
			return null;
		}
	}

	/**
	 * Photographs that came through the system's share sheet and were not taken up yet.
	 * @param failed the share sheet's files could not be kept
	 */
	async takeShared(failed: boolean): Promise<File[]> {
		if (failed) this.problem = { code: 'photo-share-failed', params: {} };
		return takeShared().catch(() => []);
	}

	/**
	 * Ends everything and deletes all that is kept on this device. The page has to be loaded anew afterwards.
	 * @returns what is still there
	 */
	async wipe(): Promise<{ left: Kept } | { error: WireError }> {
		try {
			await this.close();
			return { left: await wipe(this.baseUrl(), this.#databaseName) };
		} catch (error) {
			return { error: toWireError(error) };
		}
	}

	async close(): Promise<void> {
		this.offline.stop();
		this.run.suspend();
		await this.packs.close();
		await this.engine.dispose();
		await this.#repository.close();
	}
}

export const [getStudio, setStudio] = createContext<Studio>();
