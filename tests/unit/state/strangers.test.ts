import { strangerRemarks } from '$lib/state/strangers';
import { describe, expect, it } from 'vitest';

const SCALE = { close: 0.9, near: 0.8, distant: 0.4, stranger: 0.6 };
const face = (degrees: number, packHash = 'a') => ({
	embedding: Float32Array.of(
		Math.cos((degrees * Math.PI) / 180),
		Math.sin((degrees * Math.PI) / 180)
	),
	packHash
});

describe('strangerRemarks', () => {
	it('notices the one that is not like the others', () => {
		expect(strangerRemarks(face(90), [face(0), face(10)], SCALE)).toMatchObject([
			{ code: 'unlike-others', limit: 0.6 }
		]);
		expect(strangerRemarks(face(20), [face(0), face(10)], SCALE)).toEqual([]);
	});
	it('says nothing without a scale, without others, or across packs', () => {
		expect(strangerRemarks(face(90), [face(0)], undefined)).toEqual([]);
		expect(strangerRemarks(face(90), [], SCALE)).toEqual([]);
		expect(strangerRemarks(face(90), [face(0, 'b')], SCALE)).toEqual([]);
	});
});
