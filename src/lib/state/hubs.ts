/** Places that checkpoints may come from. */
import { HUB_URL } from '$lib/contract/packs';

/** Keeps the publishers' files as they are, for places that do not reach the hub. */
export const MIRROR_URL = 'https://hf-mirror.com';

/** The hub, its mirror, or an address of the app's own origin: the policy of the pack worker lets it reach no other. */
export function isHub(hub: string, baseUrl: string): boolean {
	if (hub === HUB_URL || hub === MIRROR_URL) return true;
	const url = URL.parse(hub);
	return url !== null && !hub.endsWith('/') && url.origin === new URL(baseUrl).origin;
}

/** Where somebody who serves LuxShot may put the publishers' files, laid out as on the hub. */
export function ownHub(baseUrl: string): string {
	return new URL('hub', baseUrl).href;
}

/** For example "huggingface.co". */
export function hostOf(hub: string): string {
	return new URL(hub).host;
}
