/** What a key does to the frame that is in view or under the focus: the picture editor's shortcuts. */

export type FrameAct =
	| { kind: 'favourite' }
	| { kind: 'reject' }
	| { kind: 'bin' }
	/** The frame before (-1) or after (+1), in the order on show. */
	| { kind: 'step'; by: -1 | 1 }
	/** The frame with this position in its shoot, from 0. */
	| { kind: 'open'; index: number };

type KeyFacts = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'target'>;

/**
 * @returns null for keys that mean nothing here, for the browser's own shortcuts, and while something is being typed or
 *   set: a slider keeps its arrows, a list its letters
 */
export function frameAct({ key, ctrlKey, metaKey, altKey, target }: KeyFacts): FrameAct | null {
	if (ctrlKey || metaKey || altKey || takesKeys(target)) return null;
	if (/^[1-9]$/.test(key)) return { kind: 'open', index: Number(key) - 1 };
	switch (key) {
		case 'f':
		case 'F':
			return { kind: 'favourite' };
		case 'x':
		case 'X':
			return { kind: 'reject' };
		case 'Delete':
			return { kind: 'bin' };
		case 'ArrowLeft':
			return { kind: 'step', by: -1 };
		case 'ArrowRight':
			return { kind: 'step', by: 1 };
		default:
			return null;
	}
}

function takesKeys(target: EventTarget | null): boolean {
	const element = target as Partial<Pick<Element, 'matches'>> | null;
	return element?.matches?.('input, select, textarea') ?? false;
}
