import { CHECKPOINT_FAULTS } from '$lib/contract/checkpoint';
import type { ErrorCode, ErrorParams, WireError } from '$lib/contract/errors';
import { errorText } from '$lib/components/error-text';
import {
	deviceText,
	likenessNumber,
	likenessText,
	recipeText,
	shootTitle,
	timeLeftText
} from '$lib/components/words';
import { LIKENESS_BANDS } from '$lib/contract/likeness';
import { describe, expect, it } from 'vitest';

/** One example of every code: the type makes a new code without a sentence fail to compile. */
const EXAMPLES: { [C in ErrorCode]: ErrorParams[C] } = {
	'photo-empty': { name: 'a.jpg' },
	'photo-not-an-image': { name: 'a.pdf' },
	'photo-svg': { name: 'a.svg' },
	'photo-heic': { name: 'a.heic' },
	'photo-animated': { name: 'a.gif' },
	'photo-truncated': { name: 'a.jpg' },
	'photo-undecodable': { name: 'a.jpg' },
	'photo-too-many-bytes': { name: 'a.jpg', bytes: 80e6, limit: 50e6 },
	'photo-too-many-pixels': { name: 'a.png', width: 20000, height: 20000, limit: 64e6 },
	'photo-too-small': { name: 'a.png', width: 40, height: 30, minimum: 96 },
	'photo-no-face': { name: 'a.jpg' },
	'photo-share-failed': {},
	'photo-several-faces': {
		name: 'a.jpg',
		count: 2,
		boxes: [
			{ x: 0.1, y: 0.1, width: 0.3, height: 0.4 },
			{ x: 0.6, y: 0.1, width: 0.3, height: 0.4 }
		]
	},
	'seal-broken': { worker: 'portrait' },
	'worker-died': { worker: 'portrait' },
	'worker-unresponsive': { worker: 'portrait' },
	cancelled: {},
	'pack-download-failed': { file: 'denoiser.onnx', status: 0 },
	'pack-manifest-invalid': { detail: 'x' },
	'pack-file-corrupt': { file: 'denoiser.onnx' },
	'pack-unsuitable': { detail: 'x' },
	'pack-not-kept': {},
	'pack-busy': {},
	'checkpoint-unreadable': { file: 'unet.safetensors', fault: 'hole' },
	'checkpoint-unsafe': { file: 'adapter.bin', found: 'os.system' },
	'checkpoint-tensor-wrong': { file: 'adapter.bin', tensor: 'proj.0.weight', problem: 'shape' },
	'assembly-recipe-invalid': { detail: 'x' },
	'assembly-corrupt': { file: 'weights.bin' },
	'assembly-no-room': {},
	'source-unreachable': { file: 'unet.safetensors', status: 0 },
	'source-refused': { file: 'unet.safetensors', status: 401 },
	'source-busy': { file: 'unet.safetensors', seconds: 90 },
	'source-stalled': { file: 'unet.safetensors', seconds: 30 },
	'source-no-ranges': { file: 'unet.safetensors' },
	'source-changed': { file: 'unet.safetensors' },
	'source-wrong-size': { file: 'unet.safetensors', bytes: 5, expected: 9 },
	'source-wrong-hash': { file: 'unet.safetensors' },
	'runtime-failed': { stage: 'denoise', detail: 'x' },
	'device-lost': { detail: 'x' },
	'out-of-memory': { stage: 'decode' },
	'result-not-finite': { stage: 'denoise' },
	'request-invalid': { detail: 'x' },
	'not-booted': {},
	'source-gone': {},
	'recipe-other-pack': { packId: 'pocket' },
	'storage-full': {},
	'storage-unavailable': { detail: 'x' },
	'storage-blocked': {},
	'shoot-unnamed': {},
	'shoot-name-taken': { name: 'Badge', given: true },
	'export-failed': { detail: 'x' },
	'link-too-long': { length: 9000, limit: 8192 },
	'link-newer': { version: 2 },
	'link-damaged': { field: 'd' },
	unexpected: { detail: 'x' }
};

describe('errorText', () => {
	const texts = Object.entries(EXAMPLES).map(([code, params]) => ({
		code,
		...errorText({ code, params } as WireError)
	}));

	it('has its own sentence for every code: what happened, then what to do', () => {
		expect(new Set(texts.map(({ what, then }) => what + then)).size).toBe(texts.length);
		for (const { what, then } of texts) {
			expect(what).not.toMatch(/[.!]$|undefined|NaN/);
			expect(then).toMatch(/[^.]\.$/);
			expect(then).not.toMatch(/undefined|NaN/);
			expect(`${what} ${then}`).not.toMatch(/oops|sorry|magic/i);
		}
	});

	it('says of every fault of a checkpoint what it is, and that nothing was installed', () => {
		for (const fault of CHECKPOINT_FAULTS) {
			const { then } = errorText({
				code: 'checkpoint-unreadable',
				params: { file: 'unet.safetensors', fault }
			});
			expect(then).toMatch(/^[A-Z].{10,}\. Nothing was installed\.$/);
		}
	});

	it('puts the numbers in', () => {
		const text = (code: ErrorCode) =>
			Object.values(errorText({ code, params: EXAMPLES[code] } as WireError)).join(' ');
		expect(text('photo-too-many-pixels')).toContain('20000 x 20000');
		expect(text('photo-too-many-pixels')).toContain('64 megapixels');
		expect(text('photo-too-many-bytes')).toContain('80 MB');
		expect(text('photo-several-faces')).toContain('2 faces');
		expect(text('photo-too-small')).toContain('96 pixels');
	});
});

describe('words', () => {
	it('says what it runs on and why', () => {
		expect(
			deviceText({
				kind: 'wasm',
				reason: 'no-adapter',
				adapter: null,
				threads: 2,
				crossOriginIsolated: true
			})
		).toBe("Runs on this device's processor (WASM, 2 threads): no graphics adapter found");
	});

	it('gives likeness a number and words that agree in order', () => {
		expect(likenessNumber(0.816)).toBe(82);
		expect(likenessNumber(-0.2)).toBe(0);
		expect(likenessText(null, null, false)).toContain('no face');
		expect(likenessText(null, null, true)).toContain('does not judge');
		const words = LIKENESS_BANDS.map((band) => likenessText(0.5, band, true));
		expect(new Set(words).size).toBe(LIKENESS_BANDS.length);
		expect(likenessText(0.5, undefined, true)).toContain('no scale');
		expect(words).not.toContain(likenessText(0.5, null, true));
	});

	it('rounds time left up, and to minutes where seconds say nothing', () => {
		expect(timeLeftText(5200)).toBe('About 6 s left');
		expect(timeLeftText(180_000)).toBe('About 3 min left');
	});
});

describe('where a shoot came from', () => {
	const source = { frameId: 'x', frameIndex: 1 };
	const variation = { kind: 'variation', degree: 'subtle', strength: 0.35, ...source } as const;

	it('belongs to its name', () => {
		expect(shootTitle({ name: 'Rooftop Dusk' })).toBe('Rooftop Dusk');
		expect(shootTitle({ name: 'Rooftop Dusk', origin: variation })).toBe(
			'Rooftop Dusk, subtle variations of frame 02'
		);
	});

	it('is told with the frame', () => {
		expect(recipeText(0, 4121)).toBe('Frame 01, seed 4121.');
		expect(recipeText(2, 9, variation)).toBe('Frame 03, seed 9, a subtle variation of frame 02.');
	});
});
