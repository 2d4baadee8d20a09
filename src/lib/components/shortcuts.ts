/**
 * Every key the pages listen to, in tables: a page acts on its table and the list on `?` is drawn from it, so neither can
 * know a key the other does not. Keys for frames belong in a section of their own; f, x, digits and arrows are theirs.
 */
import { AXES, AXIS_LETTER } from '$lib/contract/direction';

export interface Shortcut {
	action: string;
	/** As `KeyboardEvent.key` gives it, letters in lower case. */
	key: string;
	/** Letters only: other characters need whatever the keyboard's layout asks for. */
	shift?: boolean;
	says: string;
}

export interface ShortcutSection {
	title: string;
	shortcuts: readonly Shortcut[];
}

/** On every page; the layout acts on them. */
const PAGES = {
	title: 'Pages',
	shortcuts: [
		{ action: 'page-studio', key: 'g', says: 'Go to the studio' },
		{ action: 'page-team', key: 't', says: 'Go to the team page' },
		{ action: 'page-packs', key: 'q', says: 'Go to the packs' },
		{ action: 'page-privacy', key: 'y', says: 'Go to the privacy page' }
	]
} as const satisfies ShortcutSection;
const HELP = {
	title: 'Help',
	shortcuts: [{ action: 'list', key: '?', says: 'Show or close this list' }]
} as const satisfies ShortcutSection;

const axes = AXES.map((axis) => ({
	action: `open-${axis}` as const,
	key: AXIS_LETTER[axis].toLowerCase(),
	shift: true,
	says: `Open ${axis}`
}));

export const SHORTCUT_SECTIONS = [
	{
		title: 'Shoot',
		shortcuts: [
			{ action: 'shoot', key: 's', says: 'Shoot' },
			{ action: 'shoot-both', key: 'b', says: 'Shoot both, headshot and editorial' },
			{ action: 'cancel', key: 'c', says: 'Cancel what is being shot' },
			{ action: 'new-seed', key: 'd', says: 'Draw a new seed' }
		]
	},
	{
		title: 'Direct',
		shortcuts: [
			{ action: 'flip', key: 'h', says: 'Flip between headshot and editorial' },
			{ action: 'roll', key: 'r', says: 'Roll the axes that are not locked' },
			{ action: 'undo', key: 'u', says: 'Undo the last change of the direction' },
			{ action: 'lock', key: 'l', says: 'Lock or unlock the open axis' },
			{ action: 'shoots', key: 'o', says: 'Choose a shoot' },
			{ action: 'save', key: 'm', says: 'Save as my shoot' },
			{ action: 'told', key: 'w', says: 'What the model is told' }
		]
	},
	{ title: 'Axes', shortcuts: axes },
	{
		title: 'Sitter',
		shortcuts: [
			{ action: 'next-sitter', key: 'n', says: 'Next sitter' },
			{ action: 'previous-sitter', key: 'p', says: 'Previous sitter' }
		]
	},
	PAGES,
	HELP
] as const satisfies readonly ShortcutSection[];

export const TEAM_SECTIONS = [
	{
		title: 'Team',
		shortcuts: [
			{ action: 'shoot', key: 's', says: 'Shoot everyone chosen' },
			{ action: 'cancel', key: 'c', says: 'Cancel what is being shot' },
			{ action: 'new-seed', key: 'd', says: 'Draw a new seed' },
			{ action: 'policy', key: 'e', says: 'One seed for everyone, or a seed for each' },
			{ action: 'shoots', key: 'o', says: 'Choose a shoot' },
			{ action: 'undo', key: 'u', says: 'Undo the last change of the direction' }
		]
	},
	{
		title: 'Page',
		shortcuts: [
			{ action: 'crop', key: 'k', says: 'Next shape of crop' },
			{ action: 'save-sheet', key: 'a', says: 'Save the sheet' },
			{ action: 'save-zip', key: 'z', says: 'Save the portraits as ZIP' }
		]
	},
	{ title: 'Axes', shortcuts: axes },
	PAGES,
	HELP
] as const satisfies readonly ShortcutSection[];

type ActionOf<S extends readonly ShortcutSection[]> = S[number]['shortcuts'][number]['action'];
/** Keys of the studio page. */
export type ShortcutAction = ActionOf<typeof SHORTCUT_SECTIONS>;
/** Keys of the team page. */
export type TeamAction = ActionOf<typeof TEAM_SECTIONS>;
export type PageAction = (typeof PAGES)['shortcuts'][number]['action'];

export function isPageAction(action: string): action is PageAction {
	return PAGES.shortcuts.some((shortcut) => shortcut.action === action);
}

/** What of a key press decides. */
export type KeyPress = Pick<
	KeyboardEvent,
	| 'key'
	| 'shiftKey'
	| 'ctrlKey'
	| 'metaKey'
	| 'altKey'
	| 'repeat'
	| 'isComposing'
	| 'defaultPrevented'
	| 'target'
>;

/**
 * What a key press asks for; null for keys of the browser, of a field, or of nobody.
 * @param sections the table of the page
 */
export function actionOf<S extends readonly ShortcutSection[]>(
	press: KeyPress,
	sections: S
): ActionOf<S> | null {
	if (press.ctrlKey || press.metaKey || press.altKey) return null;
	if (press.repeat || press.isComposing || press.defaultPrevented) return null;
	if (isWriting(press.target)) return null;
	const rows: readonly Shortcut[] = sections.flatMap(({ shortcuts }) => [...shortcuts]);
	const key = press.key.toLowerCase();
	const row = rows.find(
		(row) =>
			row.key === key && (!/^[a-z]$/.test(row.key) || (row.shift ?? false) === press.shiftKey)
	);
	return (row?.action as ActionOf<S> | undefined) ?? null;
}

/** The keys as they are printed on a keyboard, to be pressed together. */
export function keyCaps({ key, shift }: Shortcut): readonly string[] {
	return [...(shift ? ['Shift'] : []), key.toUpperCase()];
}

/** Input types into which nothing is written. */
const NOT_WRITTEN = ['button', 'checkbox', 'color', 'file', 'radio', 'range', 'reset', 'submit'];

function isWriting(target: EventTarget | null): boolean {
	if (!target || !('matches' in target)) return false;
	const element = target as HTMLElement;
	if (element.isContentEditable || element.matches('textarea, select')) return true;
	return element.matches('input') && !NOT_WRITTEN.includes((element as HTMLInputElement).type);
}
