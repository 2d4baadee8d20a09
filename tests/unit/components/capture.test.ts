import { hintFor, TAKES } from '$lib/components/capture';
import { remarksLine, remarkText } from '$lib/components/photo-words';
import type { FaceLook } from '$lib/contract/engine';
import { PHOTO_REMARKS } from '$lib/contract/faces';
import { describe, expect, it } from 'vitest';

const [front, left, right] = TAKES as [(typeof TAKES)[0], (typeof TAKES)[0], (typeof TAKES)[0]];
const looking = (yaw: number, change: Partial<FaceLook> = {}): FaceLook => ({
	faces: 1,
	pose: { yaw, pitch: 0, roll: 0 },
	remarks: [],
	...change
});

describe('hintFor', () => {
	it('says when there is nobody, or more than one', () => {
		expect(hintFor(front, null)).toContain('Looking');
		expect(hintFor(front, looking(0, { faces: 0, pose: null }))).toContain('No face');
		expect(hintFor(front, looking(0, { faces: 2 }))).toContain('One person');
	});

	it('leads the head to where each take wants it', () => {
		expect(hintFor(front, looking(0))).toBeNull();
		expect(hintFor(front, looking(25))).toBe('Face the camera');
		expect(hintFor(left, looking(0))).toContain('your left');
		expect(hintFor(left, looking(-20))).toContain('your left');
		expect(hintFor(left, looking(22))).toBeNull();
		expect(hintFor(left, looking(50))).toContain('back');
		expect(hintFor(right, looking(0))).toContain('your right');
		expect(hintFor(right, looking(-22))).toBeNull();
		expect(hintFor(right, looking(-50))).toContain('back');
	});

	it('speaks of light before pose, and never blames a turn it asked for', () => {
		const dark = { code: 'dark', value: 0.1, limit: 0.26 } as const;
		expect(hintFor(left, looking(0, { remarks: [dark] }))).toContain('Dark');
		const turned = { code: 'turned', value: 33, limit: 32 } as const;
		expect(hintFor(left, looking(33, { remarks: [turned] }))).toBeNull();
	});
});

describe('remarkText', () => {
	it('has a finding and advice for every remark', () => {
		const texts = PHOTO_REMARKS.map((code) => remarkText({ code, value: -41.6, limit: 1 }));
		expect(new Set(texts.map(({ what }) => what)).size).toBe(PHOTO_REMARKS.length);
		for (const { what, then } of texts) {
			expect(what).not.toMatch(/[.!]$|undefined|NaN/);
			expect(then).toMatch(/[^.]\.$/);
		}
		expect(remarkText({ code: 'turned', value: -41.6, limit: 32 }).then).toContain('42 degrees');
	});

	it('makes one line of several', () => {
		expect(
			remarksLine([
				{ code: 'dark', value: 0, limit: 1 },
				{ code: 'blurred', value: 0, limit: 1 }
			])
		).toBe('Dark, Soft focus');
	});
});
