/** What may lie over the studio page; one thing at a time. */
import type { Axis } from '$lib/contract/direction';

export type Overlay = Axis | 'shoots' | 'settings' | 'intake' | 'sitter';
