/** The packs: what is offered, what is kept on this device, what is being installed, and which one the studio uses. */
import { toWireError, type WireError } from '$lib/contract/errors';
import type { PackManifest } from '$lib/contract/manifest';
import type { OfferedPack } from '$lib/contract/offer';
import { KEPT_PREFIX, type KeptPack, type PackKeeper } from '$lib/contract/packs';
import type { EngineState } from './engine.svelte';
import { hostOf } from './hubs';
import { InstallationState } from './installation.svelte';
import { PackCheck } from './pack-check.svelte';
import { PackSettings } from './pack-settings.svelte';
import type { RequestLog } from './requests.svelte';

export interface PackStateOptions {
	createKeeper: () => Promise<PackKeeper>;
	/** The pack that came with the app: its directory under the app's root. */
	embedded: string;
	baseUrl: () => string;
	engine: EngineState;
	requests: RequestLog;
	/** Another pack is ready. */
	onReady: () => void;
}

export class PackState {
	/** `unread` until the page of packs is opened. */
	status = $state<'unread' | 'reading' | 'read'>('unread');
	offers = $state.raw<readonly OfferedPack[]>([]);
	/** Why offers are missing. */
	offersError = $state.raw<WireError | null>(null);
	/** Of the pack that came with the app; null until it is read. */
	embedded = $state.raw<PackManifest | null>(null);
	kept = $state.raw<readonly KeptPack[]>([]);
	/** Why it is not known what is kept, or why something could not be removed. */
	keptError = $state.raw<WireError | null>(null);
	/** Bytes that the browser lets this app add; null where it does not say. */
	free = $state<number | null>(null);
	/** What is going away now. */
	removing = $state<string | null>(null);
	readonly settings = new PackSettings();
	readonly installation: InstallationState;
	readonly check: PackCheck;
	#keeper: Promise<PackKeeper> | null = null;

	constructor(private readonly options: PackStateOptions) {
		const keeper = () => this.#obtain();
		this.check = new PackCheck(keeper);
		this.installation = new InstallationState({
			keeper,
			hub: () => this.settings.hub,
			onFetched: ({ manifest }, bytes) =>
				options.requests.fetched(hostOf(this.settings.hub), manifest.title, bytes),
			persist: () => navigator.storage?.persist?.() ?? Promise.resolve(false),
			onChanged: () => this.#look()
		});
	}

	/** Whether the studio uses a pack of this device instead of the one that came with the app. */
	get usesKept(): boolean {
		return this.settings.folder !== null;
	}

	/** Recalls which pack is used. Before the engine starts; browser only. */
	recall(): void {
		this.settings.load(this.options.baseUrl());
		this.options.engine.prefer(this.#path(this.settings.folder));
	}

	/** Reads what is offered and what is kept. */
	async open(): Promise<void> {
		if (this.status === 'reading') return;
		this.status = 'reading';
		const base = this.options.baseUrl();
		// Its schemas are for this page only.
		const { readOffers, readManifest } = await import('./pack-offers');
		const [offered, embedded] = await Promise.all([
			readOffers(base),
			readManifest(base, this.options.embedded).catch(() => null),
			this.#look()
		]);
		this.offers = offered.offers;
		this.offersError = offered.error;
		this.embedded = embedded;
		this.status = 'read';
	}

	/** The pack on this device, whole or begun. */
	keptOf(folder: string): KeptPack | null {
		return this.kept.find((pack) => pack.folder === folder) ?? null;
	}

	/**
	 * Changes the studio to another pack; remembered. What goes wrong is shown by the engine's state.
	 * @param folder null for the pack that came with the app
	 */
	async use(folder: string | null): Promise<void> {
		this.settings.folder = folder;
		const started = this.options.engine.use(this.#path(folder));
		await started.then(
			() => this.options.onReady(),
			() => undefined
		);
	}

	/** Takes a pack, whole or begun, off this device; the studio goes back to the embedded one where it used it. */
	async remove(folder: string): Promise<void> {
		this.removing = folder;
		this.keptError = null;
		try {
			if (this.settings.folder === folder) await this.use(null);
			const keeper = await this.#obtain();
			await keeper.remove(folder);
			this.installation.forget(folder);
			this.check.forget(folder);
			await this.#look();
		} catch (error) {
			this.keptError = toWireError(error);
		} finally {
			this.removing = null;
		}
	}

	/** Begins, or goes on; a pack that was whole and damaged is put together anew. */
	async install(pack: OfferedPack, files: readonly File[]): Promise<void> {
		if (this.installation.busy) return;
		if (this.check.outcome(pack.folder)?.error) {
			await this.remove(pack.folder);
			if (this.keptError) return;
		}
		await this.installation.start(pack, files, this.keptOf(pack.folder) !== null);
	}

	/** Ends the installation, and takes away what arrived. */
	async stopAndRemove(): Promise<void> {
		const { folder } = this.installation;
		if (folder === null) return;
		await this.installation.stop();
		await this.remove(folder);
	}

	async close(): Promise<void> {
		void this.installation.stop();
		this.check.stop();
		const keeper = this.#keeper;
		this.#keeper = null;
		(await keeper?.catch(() => null))?.dispose();
	}

	#path(folder: string | null): string {
		return folder === null ? this.options.embedded : `${KEPT_PREFIX}${folder}`;
	}

	async #look(): Promise<void> {
		try {
			const keeper = await this.#obtain();
			this.kept = await keeper.list();
			this.keptError = null;
		} catch (error) {
			this.keptError = toWireError(error);
		}
		const { quota, usage } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {};
		this.free = quota === undefined || usage === undefined ? null : Math.max(0, quota - usage);
	}

	#obtain(): Promise<PackKeeper> {
		this.#keeper ??= this.options.createKeeper().catch((error: unknown) => {
			this.#keeper = null;
			throw error;
		});
		return this.#keeper;
	}
}
