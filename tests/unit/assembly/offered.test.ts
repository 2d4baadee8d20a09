/** The packs that the app offers: their recipes and templates are whole, and say what a person has to know before anything is fetched. */
import { parseRecipe } from '$workers/assembly/recipe-check';
import { readTemplate } from '$workers/assembly/manifest-template';
import { verifyFile } from '$workers/runtime/pack-verify';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const PACKS = 'models/packs';
const offered = readdirSync(PACKS).filter((name) => existsSync(`${PACKS}/${name}/recipe.json`));

it('two packs are offered', () => {
	expect(offered).toEqual(['large-format', 'large-format-open']);
});

describe.each(offered)('%s', (name) => {
	const read = (file: string) => new Uint8Array(readFileSync(`${PACKS}/${name}/${file}`));
	const recipe = parseRecipe(new TextDecoder().decode(read('recipe.json')));
	const { brought, complete } = readTemplate(read('manifest.json'), recipe);

	it('brings what its template says, and no weights', async () => {
		for (const entry of brought) await verifyFile(entry, read(entry.path));
		const files = ['manifest.json', 'recipe.json', ...brought.map(({ path }) => path)];
		expect(readdirSync(`${PACKS}/${name}`).sort()).toEqual(
			[...files, 'CARD.md'].filter((file) => existsSync(`${PACKS}/${name}/${file}`)).sort()
		);
		expect(brought.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(8e6);
	});

	it('knows the hash of every file that it fetches, so that nothing unverified is read', () => {
		for (const source of recipe.sources)
			expect(source.sha256, source.path).toMatch(/^[0-9a-f]{64}$/);
	});

	it('says which licence every fetched file has, and what forbids business', () => {
		const made = recipe.files.map(({ path, bytes }) => ({
			path,
			bytes,
			sha256: '0'.repeat(64),
			chunks: Array<string>(Math.ceil(bytes / 2 ** 23)).fill('0'.repeat(64))
		}));
		const manifest = JSON.parse(new TextDecoder().decode(complete(made))) as {
			licences: { files: string[]; nonCommercial: boolean }[];
		};
		const licensed = new Set(manifest.licences.flatMap(({ files }) => files));
		for (const { repository, path } of recipe.sources)
			expect(licensed, path).toContain(`${repository}/${path}`);
		expect(manifest.licences.some(({ nonCommercial }) => nonCommercial)).toBe(
			name === 'large-format'
		);
	});
});
