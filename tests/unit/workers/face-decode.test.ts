import { ANCHOR_COUNT, anchorCentres } from '$workers/stages/face-anchors';
import {
	decodeCandidates,
	mergeCandidates,
	overlap,
	sharedPart,
	type Candidate
} from '$workers/stages/face-decode';
import { describe, expect, it } from 'vitest';

describe('anchorCentres', () => {
	const centres = anchorCentres();
	const at = (anchor: number) => [...centres.subarray(anchor * 2, anchor * 2 + 2)];

	it('goes through the fine grid twice a cell, then through the coarse one six times a cell', () => {
		expect(ANCHOR_COUNT).toBe(896);
		expect(centres).toHaveLength(896 * 2);
		expect(at(0)).toEqual([0.5 / 16, 0.5 / 16]);
		expect(at(1)).toEqual(at(0));
		expect(at(2)).toEqual([1.5 / 16, 0.5 / 16]);
		expect(at(32)).toEqual([0.5 / 16, 1.5 / 16]);
		expect(at(511)).toEqual([15.5 / 16, 15.5 / 16]);
		expect(at(512)).toEqual([0.5 / 8, 0.5 / 8]);
		expect(at(517)).toEqual(at(512));
		expect(at(518)).toEqual([1.5 / 8, 0.5 / 8]);
		expect(at(895)).toEqual([7.5 / 8, 7.5 / 8]);
	});
});

describe('decodeCandidates', () => {
	const raw = () => ({
		scores: new Float32Array(ANCHOR_COUNT).fill(-100),
		boxes: new Float32Array(ANCHOR_COUNT * 16)
	});

	it('reads offsets from the anchor and sizes in input pixels', () => {
		const { scores, boxes } = raw();
		scores[2] = 0;
		boxes.set([8, 16, 64, 32, -8, 4, 8, 4], 2 * 16);
		const [candidate, ...others] = decodeCandidates(scores, boxes, anchorCentres(), 0.5);
		expect(others).toEqual([]);
		expect(candidate!.score).toBe(0.5);
		// Anchor 2 is at pixel (24, 8); the box centre 8 right of and 16 below it.
		expect(candidate!.box).toEqual({
			x: (24 + 8 - 32) / 256,
			y: (8 + 16 - 16) / 256,
			width: 64 / 256,
			height: 32 / 256
		});
		expect(candidate!.landmarks).toHaveLength(6);
		expect(candidate!.landmarks[0]).toEqual([16 / 256, 12 / 256]);
		expect(candidate!.landmarks[1]).toEqual([32 / 256, 12 / 256]);
	});

	it('leaves out what scores too low or is not a number', () => {
		const { scores, boxes } = raw();
		scores[0] = Number.NaN;
		scores[1] = Math.log(0.4 / 0.6) - 0.01;
		scores[2] = Math.log(0.4 / 0.6) + 0.01;
		expect(decodeCandidates(scores, boxes, anchorCentres(), 0.4)).toHaveLength(1);
	});
});

describe('overlap', () => {
	const box = { x: 0, y: 0, width: 10, height: 10 };
	it.each([
		['itself', box, 1, 1],
		['half of it', { ...box, x: 5 }, 50 / 150, 0.5],
		['a box inside it', { x: 2, y: 2, width: 5, height: 5 }, 0.25, 1],
		['a neighbour', { ...box, x: 10 }, 0, 0],
		['a box far away', { ...box, x: 50, y: 50 }, 0, 0]
	])('with %s', (_, other, ofUnion, ofSmaller) => {
		expect(overlap(box, other)).toBeCloseTo(ofUnion, 12);
		expect(overlap(other, box)).toBeCloseTo(ofUnion, 12);
		expect(sharedPart(box, other)).toBeCloseTo(ofSmaller, 12);
		expect(sharedPart(other, box)).toBeCloseTo(ofSmaller, 12);
	});
});

describe('mergeCandidates', () => {
	const candidate = (x: number, score: number): Candidate => ({
		box: { x, y: 0, width: 100, height: 100 },
		landmarks: [[x, 10]],
		score
	});

	it('averages overlapping candidates by score and keeps separate faces', () => {
		const merged = mergeCandidates([candidate(500, 0.6), candidate(10, 0.3), candidate(0, 0.9)]);
		expect(merged).toHaveLength(2);
		expect(merged[0]!.score).toBe(0.9);
		expect(merged[0]!.box.x).toBeCloseTo(2.5, 9);
		expect(merged[0]!.landmarks[0]![0]).toBeCloseTo(2.5, 9);
		expect(merged[1]).toEqual(candidate(500, 0.6));
	});

	it('has nothing to merge in an empty list', () => {
		expect(mergeCandidates([])).toEqual([]);
	});
});
