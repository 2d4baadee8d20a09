/** What may lie over the studio page; one thing at a time. */
import { AXES, type Axis } from '$lib/contract/direction';

/** Overlays of the call sheet; `DirectOverlays.svelte` shows them. */
export type DirectOverlay = Axis | 'shoots' | 'save' | 'told' | 'keys';
export type Overlay = DirectOverlay | 'settings' | 'intake' | 'sitter';

export function isDirectOverlay(overlay: Overlay): overlay is DirectOverlay {
	return ['shoots', 'save', 'told', 'keys', ...AXES].includes(overlay);
}
