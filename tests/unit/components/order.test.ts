import { frameAct } from '$lib/components/keys';
import { ordered, type Order } from '$lib/components/order';
import type { FrameMark } from '$lib/contract/recipe';
import { describe, expect, it } from 'vitest';

const frame = (
	index: number,
	likeness: number | null,
	mark: FrameMark | null = null,
	status: 'done' | 'waiting' = 'done'
) => ({ index, likeness, mark, status });

describe('ordered', () => {
	const frames = [
		frame(0, 0.5),
		frame(1, null),
		frame(2, 0.9, 'rejected'),
		frame(3, 0.5, 'favourite'),
		frame(4, null, null, 'waiting'),
		frame(5, -0.2)
	];
	const indices = (order: Order) => ordered(frames, order).map(({ index }) => index);

	it('lays frames out as shot, by likeness, and favourites first; ties stay as shot', () => {
		expect(indices('shot')).toEqual([0, 1, 2, 3, 4, 5]);
		expect(indices('likeness')).toEqual([2, 0, 3, 5, 1, 4]);
		expect(indices('favourites')).toEqual([3, 0, 1, 5, 2, 4]);
	});

	it('leaves its input alone', () => {
		const before = [...frames];
		ordered(frames, 'likeness');
		expect(frames).toEqual(before);
	});
});

describe('frameAct', () => {
	const press = (key: string, change: Partial<Parameters<typeof frameAct>[0]> = {}) =>
		frameAct({ key, ctrlKey: false, metaKey: false, altKey: false, target: null, ...change });

	it('knows the shortcuts, in either case', () => {
		expect(press('f')).toEqual({ kind: 'favourite' });
		expect(press('X')).toEqual({ kind: 'reject' });
		expect(press('Delete')).toEqual({ kind: 'bin' });
		expect(press('ArrowLeft')).toEqual({ kind: 'step', by: -1 });
		expect(press('ArrowRight')).toEqual({ kind: 'step', by: 1 });
		expect(press('1')).toEqual({ kind: 'open', index: 0 });
		expect(press('9')).toEqual({ kind: 'open', index: 8 });
	});

	it.each(['0', '10', 'Enter', 'Tab', 'a', 'ArrowUp'])('leaves %s alone', (key) => {
		expect(press(key)).toBeNull();
	});

	it("leaves the browser's shortcuts and whoever takes keys alone", () => {
		expect(press('f', { ctrlKey: true })).toBeNull();
		expect(press('1', { altKey: true })).toBeNull();
		expect(press('x', { metaKey: true })).toBeNull();
		const target = { matches: () => true } as unknown as EventTarget;
		expect(press('ArrowRight', { target })).toBeNull();
	});
});
