import {
	actionOf,
	keyCaps,
	SHORTCUT_SECTIONS,
	TEAM_SECTIONS,
	type KeyPress,
	type ShortcutSection
} from '$lib/components/shortcuts';
import { describe, expect, it } from 'vitest';

const tables: [name: string, sections: readonly ShortcutSection[]][] = [
	['the studio', SHORTCUT_SECTIONS],
	['the team page', TEAM_SECTIONS]
];
const rowsOf = (sections: readonly ShortcutSection[]) =>
	sections.flatMap(({ shortcuts }) => [...shortcuts]);
const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
	key,
	shiftKey: false,
	ctrlKey: false,
	metaKey: false,
	altKey: false,
	repeat: false,
	isComposing: false,
	defaultPrevented: false,
	target: null,
	...more
});

describe.each(tables)('shortcuts of %s', (_name, sections) => {
	const rows = rowsOf(sections);

	it('have one key each, and each key one action', () => {
		const keys = rows.map((row) => keyCaps(row).join('+'));
		expect(new Set(keys).size).toBe(keys.length);
		expect(new Set(rows.map(({ action }) => action)).size).toBe(rows.length);
		for (const { says } of rows) expect(says).toMatch(/^[A-Z].*[^.]$/);
	});

	it('leave the keys of frames alone', () => {
		for (const key of ['f', 'x', 'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', '1', '9'])
			expect(actionOf(press(key), sections)).toBeNull();
	});

	it('are found by their key, with Caps Lock on too', () => {
		for (const row of rows) {
			const shiftKey = row.shift ?? false;
			expect(actionOf(press(row.key, { shiftKey }), sections)).toBe(row.action);
			expect(actionOf(press(row.key.toUpperCase(), { shiftKey }), sections)).toBe(row.action);
		}
		expect(actionOf(press('s'), sections)).toBe('shoot');
		expect(actionOf(press('S', { shiftKey: true }), sections)).toBe('open-setting');
		// On some keyboards ? needs Shift, on others it does not.
		expect(actionOf(press('?', { shiftKey: true }), sections)).toBe('list');
	});

	it('are not there for the keys of the browser, held keys, or a word being composed', () => {
		for (const flag of [
			'ctrlKey',
			'metaKey',
			'altKey',
			'repeat',
			'isComposing',
			'defaultPrevented'
		])
			expect(actionOf(press('s', { [flag]: true }), sections)).toBeNull();
	});
});
