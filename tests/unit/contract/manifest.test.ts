import { packManifestSchema, packSize, sizesOf } from '$lib/contract/manifest';
import { readFileSync } from 'node:fs';
import { safeParse } from 'valibot';
import { describe, expect, it } from 'vitest';

const pocket = () =>
	JSON.parse(readFileSync('models/packs/pocket/manifest.json', 'utf8')) as Record<string, unknown>;

describe('the sizes of a pack', () => {
	it('are the native one where the manifest says no more, as older manifests do', () => {
		const parsed = safeParse(packManifestSchema, pocket());
		expect(parsed.success).toBe(true);
		if (parsed.success) expect(sizesOf(parsed.output)).toEqual([{ width: 512, height: 640 }]);
	});

	it('are all that the manifest lists, the native one first; others are not made', () => {
		const others = [{ width: 320, height: 320 }];
		const parsed = safeParse(packManifestSchema, {
			...pocket(),
			image: { width: 256, height: 320, others }
		});
		if (!parsed.success) return expect.unreachable('a valid manifest was refused');
		expect(sizesOf(parsed.output)).toEqual([{ width: 256, height: 320 }, ...others]);
		expect(packSize(parsed.output, { width: 320, height: 320 })).toEqual(others[0]);
		expect(packSize(parsed.output, { width: 320, height: 256 })).toBeUndefined();
	});

	it('are refused where they are no sizes', () => {
		for (const others of [[{ width: 0, height: 1 }], [{ width: 1.5, height: 1 }], 'square'])
			expect(
				safeParse(packManifestSchema, { ...pocket(), image: { width: 1, height: 1, others } })
					.success
			).toBe(false);
	});
});

it('names the colour of a blank crop, in [-1, 1]', () => {
	const withNobody = (nobody: unknown) => {
		const manifest = pocket() as { identity: object };
		const identity = { ...manifest.identity, embedding: 'features', nobody };
		return safeParse(packManifestSchema, { ...manifest, identity }).success;
	};
	expect(withNobody([-0.04, -0.08, 0.5])).toBe(true);
	for (const nobody of [[0, 0], [0, 0, 1.2], 0]) expect(withNobody(nobody)).toBe(false);
});
