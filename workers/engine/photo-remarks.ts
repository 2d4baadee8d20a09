/**
 * From measures to remarks. The thresholds were chosen on one made corpus and reported on another
 * (`docs/photo-quality.md`); the words for remarks live in the UI.
 */
import type { PhotoRemark, PhotoRemarkCode } from '$lib/contract/faces';
import type { PhotoMeasures } from './photo-quality';

interface Rule {
	code: PhotoRemarkCode;
	measure: (measures: PhotoMeasures) => number;
	/** Below `least` or above `most`, in either direction for signed angles, the remark is made. */
	least?: number;
	most?: number;
	/** Findings that make this measure meaningless. */
	unless?: readonly PhotoRemarkCode[];
}

/** In the order of `PHOTO_REMARKS`. Duplicates are found where the other photographs are known. */
export const PHOTO_RULES: readonly Rule[] = [
	{ code: 'face-small', measure: ({ eyeDistance }) => eyeDistance, least: 40 },
	{ code: 'blurred', measure: ({ sharpness }) => sharpness, least: 0.06 },
	{ code: 'dark', measure: ({ brightness }) => brightness, least: 0.26 },
	{ code: 'blown-out', measure: ({ blown }) => blown, most: 0.2 },
	{ code: 'low-contrast', measure: ({ contrast }) => contrast, least: 0.3, unless: ['blown-out'] },
	// Beyond this the far cheek is hidden.
	{ code: 'turned', measure: ({ pose }) => pose.yaw, most: 32 },
	{ code: 'tilted', measure: ({ pose }) => pose.pitch, most: 21 },
	{ code: 'tilted', measure: ({ pose }) => pose.roll, most: 30, unless: ['tilted'] },
	{
		code: 'eyes-closed',
		measure: ({ eyesOpen }) => eyesOpen,
		least: 0.38,
		unless: ['blurred', 'blown-out', 'low-contrast', 'tilted']
	},
	{
		code: 'covered',
		measure: ({ cover }) => cover,
		most: 0.75,
		unless: ['blown-out', 'turned', 'tilted']
	}
];

export function remarksOf(measures: PhotoMeasures): PhotoRemark[] {
	const remarks: PhotoRemark[] = [];
	for (const { code, measure, least, most, unless } of PHOTO_RULES) {
		if (remarks.some((remark) => unless?.includes(remark.code))) continue;
		const value = measure(measures);
		if (least !== undefined && value < least) remarks.push({ code, value, limit: least });
		if (most !== undefined && Math.abs(value) > most) remarks.push({ code, value, limit: most });
	}
	// Sunglasses are no closed eyes.
	return remarks.some(({ code }) => code === 'covered')
		? remarks.filter(({ code }) => code !== 'eyes-closed')
		: remarks;
}
