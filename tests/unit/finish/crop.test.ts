import { CROP_IDS, CROP_RATIO, TEAM_CROPS, type CropId } from '$lib/contract/crops';
import type { FacePoints } from '$lib/contract/faces';
import { cropOne, cropTogether, eyeDistance, type CropSource } from '$lib/finish/crop';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** A frontal face: eyes `span` apart, the mouth 1.1 spans below them. */
function frontal(x: number, y: number, span: number): FacePoints {
	return {
		rightEye: [x - span / 2, y],
		leftEye: [x + span / 2, y],
		noseTip: [x, y + 0.6 * span],
		mouthRight: [x - 0.4 * span, y + 1.1 * span],
		mouthLeft: [x + 0.4 * span, y + 1.1 * span]
	};
}

const source = (points: FacePoints | null): CropSource => ({ width: 256, height: 320, points });
const shapes = CROP_IDS.filter((id) => id !== 'whole');
const anyFace = fc
	.record({
		x: fc.double({ min: 0, max: 256, noNaN: true }),
		y: fc.double({ min: 0, max: 320, noNaN: true }),
		span: fc.double({ min: 1, max: 200, noNaN: true })
	})
	.map(({ x, y, span }) => frontal(x, y, span));
const anySources = fc.array(fc.option(anyFace).map(source), { minLength: 1, maxLength: 9 });

describe('a crop', () => {
	it('lies inside the picture and has its shape, wherever the face is', () => {
		fc.assert(
			fc.property(anySources, fc.constantFrom(...shapes), (sources, id) => {
				const [wide, tall] = CROP_RATIO[id];
				for (const { x, y, width, height } of cropTogether(sources, id)) {
					expect(x).toBeGreaterThanOrEqual(0);
					expect(y).toBeGreaterThanOrEqual(0);
					expect(x + width).toBeLessThanOrEqual(256 + 1e-9);
					expect(y + height).toBeLessThanOrEqual(320 + 1e-9);
					expect(width / height).toBeCloseTo(wide / tall, 9);
				}
			})
		);
	});

	it('has the eyes where the shape wants them, in the middle', () => {
		const crop = cropOne(source(frontal(120, 140, 30)), 'avatar');
		expect(crop).toMatchObject({ fit: 'face', width: 30 * 4.6, height: 30 * 4.6 });
		expect((120 - crop.x) / crop.width).toBeCloseTo(0.5, 9);
		expect((140 - crop.y) / crop.height).toBeCloseTo(0.43, 9);
	});

	it('is tighter before it lets go of the eyes, and says so when it has to', () => {
		const tighter = cropOne(source(frontal(60, 140, 28)), 'profile');
		expect(tighter.fit).toBe('face');
		expect(tighter.width).toBeCloseTo(120, 9);
		expect(cropOne(source(frontal(20, 140, 30)), 'profile')).toMatchObject({ fit: 'moved', x: 0 });
		// A face that fills the picture cannot be a banner.
		expect(cropOne(source(frontal(128, 150, 90)), 'banner')).toMatchObject({
			fit: 'moved',
			width: 256
		});
	});

	it('is the middle, without a word about a face, where none was found', () => {
		const { fit, x, width } = cropOne(source(null), 'badge');
		expect(fit).toBe('no-face');
		expect(x + width / 2).toBeCloseTo(128, 9);
	});

	it('goes by the height of a face whose eyes lie behind each other', () => {
		const profile = {
			...frontal(128, 140, 30),
			rightEye: [127, 140],
			leftEye: [129, 140]
		} as FacePoints;
		const crop = cropOne(source(profile), 'avatar');
		expect(crop.fit).toBe('face');
		expect(crop.width).toBeGreaterThan(60);
	});

	it('leaves a whole picture alone', () => {
		expect(cropOne(source(null), 'whole')).toEqual({
			x: 0,
			y: 0,
			width: 256,
			height: 320,
			fit: 'whole'
		});
	});
});

describe('the crops of a team', () => {
	const faces = [frontal(120, 120, 30), frontal(140, 150, 38), frontal(128, 135, 24)];

	it.each(TEAM_CROPS.filter((id) => id !== 'whole'))(
		'%s: everyone has the same distance and height of the eyes',
		(id: CropId) => {
			const crops = cropTogether(faces.map(source), id);
			const distances = crops.map((crop, i) => eyeDistance(crop, faces[i]!));
			const heights = crops.map((crop, i) => (faces[i]!.rightEye[1] - crop.y) / crop.height);
			const middles = crops.map(
				(crop, i) => ((faces[i]!.rightEye[0] + faces[i]!.leftEye[0]) / 2 - crop.x) / crop.width
			);
			expect(crops.map(({ fit }) => fit)).toEqual(['face', 'face', 'face']);
			for (const values of [distances, heights, middles])
				for (const value of values) expect(value).toBeCloseTo(values[0]!, 9);
		}
	);

	it('keeps that promise for any faces it calls placed', () => {
		fc.assert(
			fc.property(anySources, fc.constantFrom(...shapes), (sources, id) => {
				const placed = cropTogether(sources, id).flatMap((crop, i) =>
					crop.fit === 'face' ? [eyeDistance(crop, sources[i]!.points!)] : []
				);
				for (const value of placed) expect(value).toBeCloseTo(placed[0]!, 6);
			})
		);
	});

	it('sets one at the edge apart, so that the others are not cut for it', () => {
		const crops = cropTogether([...faces, frontal(8, 140, 30)].map(source), 'profile');
		expect(crops.map(({ fit }) => fit)).toEqual(['face', 'face', 'face', 'moved']);
		expect(crops.slice(0, 3)).toEqual(cropTogether(faces.map(source), 'profile'));
	});

	it('takes one without a face as large, and from where, as the others are', () => {
		const crops = cropTogether([...faces.map(source), source(null)], 'badge');
		const widths = crops.slice(0, 3).map(({ width }) => width);
		expect(crops[3]!.fit).toBe('no-face');
		expect(widths).toContain(crops[3]!.width);
		const tops = crops.slice(0, 3).map(({ y }) => y);
		expect(crops[3]!.y).toBeGreaterThanOrEqual(Math.min(...tops));
		expect(crops[3]!.y).toBeLessThanOrEqual(Math.max(...tops));
	});
});
