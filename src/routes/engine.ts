/** How a page gets the one real engine. Its code is loaded on first use, not with the page. */
import { resolve } from '$app/paths';
import type { PortraitEngine } from '$lib/contract/engine';
import type { PackKeeper } from '$lib/contract/packs';

/** The embedded pack, under the app's root. */
export const DEFAULT_PACK = 'packs/pocket';

/** Absolute URL of the app's root with a trailing slash. Browser only. */
export function baseUrl(): string {
	return new URL(resolve('/'), location.href).href;
}

export async function createEngine(): Promise<PortraitEngine> {
	const { EngineClient } = await import('$lib/bridge/engine-client');
	return new EngineClient({ baseUrl: baseUrl() });
}

export async function createKeeper(): Promise<PackKeeper> {
	const { PackKeeperClient } = await import('$lib/bridge/pack-keeper');
	return new PackKeeperClient();
}
