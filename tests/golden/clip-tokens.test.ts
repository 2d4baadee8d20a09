/** Against CLIP's own tokenizer: see make-clip-tokens.py. */
import { compilePrompt, parseDirection, UNDIRECTED } from '$lib/direction/compile';
import { CLIP_LIMIT, clipTokens, NEGATIVE_TOKENS } from '$lib/direction/told';
import { NEGATIVE_PROMPT, OPTIONS } from '$lib/direction/vocabulary';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Counted {
	text: string;
	/** Without start and end. */
	tokens: number;
}
const reference = JSON.parse(
	readFileSync(new URL('./clip-tokens-reference.json', import.meta.url), 'utf8')
) as {
	fragments: Record<string, Counted>;
	negative: Counted;
	prompts: (Counted & { ids: string })[];
};
const read = (ids: string) => (ids === '' ? UNDIRECTED : parseDirection(ids));

describe('CLIP tokens', () => {
	it('are those of the fragments in the vocabulary today', () => {
		for (const { id, fragment } of OPTIONS) {
			expect(reference.fragments[id]?.text).toBe(fragment);
			expect(clipTokens(parseDirection(id))).toBe(reference.fragments[id]!.tokens + 2);
		}
		expect(reference.negative.text).toBe(NEGATIVE_PROMPT);
		expect(NEGATIVE_TOKENS).toBe(reference.negative.tokens + 2);
	});

	it('add up to those of whole prompts, whatever is left open', () => {
		expect(reference.prompts.length).toBeGreaterThan(50);
		for (const { ids, text, tokens } of reference.prompts) {
			expect(compilePrompt(read(ids))).toBe(text);
			expect(clipTokens(read(ids))).toBe(tokens + 2);
		}
	});

	it('never reach the limit at which CLIP cuts', () => {
		const longest = ['F4', 'S4', 'Y2', 'M1', 'P1', 'L2'].join();
		expect(clipTokens(parseDirection(longest))).toBe(56);
		expect(56).toBeLessThan(CLIP_LIMIT);
	});
});
