import { cosine, meanEmbedding, meanFeatures } from '$lib/contract/embedding';
import { bandOf, LIKENESS_BANDS, likenessScale } from '$lib/contract/likeness';
import { packManifestSchema } from '$lib/contract/manifest';
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';

const SCALE = { close: 0.9, near: 0.8, distant: 0.4, stranger: 0.6 };
const pocket = () => JSON.parse(readFileSync('models/packs/pocket/manifest.json', 'utf8'));
const micro = () => JSON.parse(readFileSync('tests/fixtures/packs/micro/manifest.json', 'utf8'));

describe('bandOf', () => {
	it("puts a cosine on the pack's scale, limits included", () => {
		expect([0.95, 0.9, 0.85, 0.8, 0.5, 0.4, 0.3, -0.2].map((x) => bandOf(x, SCALE))).toEqual([
			...['close', 'close', 'near', 'near', 'distant', 'distant', 'unlike', 'unlike']
		]);
		expect(LIKENESS_BANDS).toHaveLength(4);
	});
	it('has no scale where embeddings are features, whatever the manifest says', () => {
		expect(likenessScale({ likeness: SCALE })).toBe(SCALE);
		expect(likenessScale({ embedding: 'unit', likeness: SCALE })).toBe(SCALE);
		expect(likenessScale({ embedding: 'features', likeness: SCALE })).toBeUndefined();
	});
	it('has no word without a face or without a scale', () => {
		expect(bandOf(null, SCALE)).toBeNull();
		expect(bandOf(0.9, undefined)).toBeNull();
	});
});

describe('the scale in a manifest', () => {
	it('may be absent, and is there in the embedded pack', () => {
		expect(v.safeParse(packManifestSchema, micro()).success).toBe(true);
		expect(micro().identity.likeness).toBeUndefined();
		const { identity } = v.parse(packManifestSchema, pocket());
		expect(identity.likeness).toBeDefined();
	});
	it.each([
		['steps out of order', { ...SCALE, near: 0.95 }],
		['no cosine', { ...SCALE, close: 1.2 }],
		['a step missing', { close: 0.9, near: 0.8, distant: 0.4 }],
		['an unknown field', { ...SCALE, warm: 0.1 }]
	])('is refused with %s', (_, likeness) => {
		const manifest = pocket();
		manifest.identity.likeness = likeness;
		expect(v.safeParse(packManifestSchema, manifest).success).toBe(false);
	});
});

describe('embeddings', () => {
	it('averages features as they are, also ones that cancel out', () => {
		const [one, other] = [Float32Array.of(4, 0, -2), Float32Array.of(-2, 0, 2)];
		expect(meanFeatures([one, other], 3)).toEqual(Float32Array.of(1, 0, 0));
		expect(meanFeatures([one, one.map((value) => -value)], 3)).toEqual(new Float32Array(3));
		expect(() => meanFeatures([], 3)).toThrow();
		expect(() => meanFeatures([one], 4)).toThrow();
	});
	it('gives each reference one vote', () => {
		const mean = meanEmbedding([Float32Array.of(1, 0), Float32Array.of(0, 1)], 2);
		expect(cosine(mean, Float32Array.of(1, 0))).toBeCloseTo(Math.SQRT1_2, 6);
		expect(() => meanEmbedding([Float32Array.of(1, 0), Float32Array.of(-1, 0)], 2)).toThrow();
		expect(() => meanEmbedding([], 2)).toThrow();
	});
});
