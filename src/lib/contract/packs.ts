/**
 * Packs that are put together on the device and kept in the origin's private file system. `bridge/pack-keeper.ts` implements the
 * interface over the pack worker; UI tests have one of their own.
 */
import type { AssemblyListener } from './progress';

/** Packs that the app can put together: `packs/packs.json`, directories under `packs/`. */
export interface PackOffers {
	offers: string[];
}

/** What is to be installed, and where its weights come from. */
export interface PackInstallation {
	/** Directory of what the app brings (manifest.json, recipe.json, graphs, words): absolute, with a trailing slash. */
	pack: string;
	/** Base address of the hub or a mirror of it, without a trailing slash. */
	hub: string;
	/** Publishers' files that the person has on disk; a file that is not among them is fetched, or, without a network, reported. */
	files: readonly File[];
}

/** A pack on this device: whole, or begun. */
export interface KeptPack {
	/** Its folder's name: the sha256 of its recipe. `opfs:` and this is how it is booted. */
	folder: string;
	/** From the recipe: also of a pack that is not whole yet. */
	id: string;
	/** Milliseconds since the epoch when it became whole; null for one that was only begun. */
	installedAt: number | null;
	/** Bytes on the disk, staged files of publishers included. */
	bytes: number;
	/** sha256 of its manifest, the pack's identity; null before it is whole. */
	hash: string | null;
}

/** Every method rejects with a `LuxError`; an aborted one with code `cancelled`. */
export interface PackKeeper {
	list(): Promise<KeptPack[]>;
	/**
	 * Fetches, assembles, reads back, commits. Stopped, or without a connection, it leaves what it had and goes on from there when
	 * called again; with a file that is not what the recipe means it leaves nothing. One at a time in all tabs.
	 */
	install(
		signal: AbortSignal,
		installation: PackInstallation,
		onProgress: AssemblyListener
	): Promise<KeptPack>;
	/** Holds the running installation, or lets it go on. Nothing happens without one. */
	pause(paused: boolean): void;
	/** Reads every byte again. @throws `pack-file-corrupt` */
	verify(signal: AbortSignal, folder: string, onProgress: AssemblyListener): Promise<void>;
	/** Of a whole pack or of one that was begun. */
	remove(folder: string): Promise<void>;
	/** Ends the worker, and with it what is running. */
	dispose(): void;
}

/** Prefix of `BootOptions.pack` for a pack of this device. */
export const KEPT_PREFIX = 'opfs:';

/** Where packs lie in the origin's private file system; the wipe deletes it by this name. */
export const PACKS_FOLDER = 'packs';

/** Where checkpoints come from unless a person says otherwise. */
export const HUB_URL = 'https://huggingface.co';
