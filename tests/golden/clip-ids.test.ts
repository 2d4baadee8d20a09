/** The tokenizer of the photoreal packs, on CLIP's own vocabulary, against transformers: 3,003 strings, cut at 77 tokens. */
import { createTokenizer } from '$workers/stages/encode-prompt';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const rows = JSON.parse(readFileSync('tests/golden/clip-ids-reference.json', 'utf8')) as [
	text: string,
	ids: string
][];
const FILES = ['tokenizer.json', 'tokenizer_config.json'] as const;
const tokenizer = createTokenizer(
	{
		kind: 'clip',
		tokens: 77,
		width: 768,
		tokenizer: { tokenizer: FILES[0], config: FILES[1] },
		negative: ''
	},
	new Map(FILES.map((file) => [file, readFileSync(`models/packs/large-format/${file}`)]))
);

it('gives the ids that transformers gives', () => {
	const wrong = rows.filter(([text, expected]) => {
		const ids = tokenizer.ids(text);
		expect(ids).toHaveLength(77);
		return (
			createHash('sha256')
				.update([...ids].join())
				.digest('hex')
				.slice(0, 12) !== expected
		);
	});
	expect(wrong.map(([text]) => text)).toEqual([]);
	expect(rows.length).toBeGreaterThan(3000);
	// Thousands of texts: seconds on a busy machine.
}, 30_000);
