/** What the portrait shows, for packs that read text: a prompt -> token ids -> CLIP's hidden states. */
import { LuxError } from '$lib/contract/errors';
import type { ClipConditioning } from '$lib/contract/manifest';
import { Tokenizer } from '@huggingface/tokenizers';
import type { Graph, GraphTensors } from '../runtime/graph';

/** Turns a prompt into the ids that a text encoder takes. */
export interface PromptTokenizer {
	/**
	 * As `transformers` does with `padding='max_length'` and `truncation`: start, words, end, then padding. What does not fit is cut
	 * before the end token.
	 *
	 * @returns int32 [tokens]
	 */
	ids(prompt: string): Int32Array;
}

/**
 * @param files the pack's verified files by path
 * @throws LuxError `pack-unsuitable` for files that are no tokenizer, or one without start and end tokens
 */
export function createTokenizer(
	{ tokens, tokenizer }: ClipConditioning,
	files: ReadonlyMap<string, Uint8Array | Blob>
): PromptTokenizer {
	const read = (path: string): Record<string, unknown> =>
		JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(files.get(path) as Uint8Array));
	let special: { start: number; end: number; padding: number };
	let words: Tokenizer;
	try {
		const config = read(tokenizer.config);
		words = new Tokenizer(read(tokenizer.tokenizer), config);
		const idOf = (role: string) => words.token_to_id(specialToken(config[role]));
		const [start, end, padding] = [idOf('bos_token'), idOf('eos_token'), idOf('pad_token')];
		if (start === undefined || end === undefined) throw new Error('no start or no end token');
		special = { start, end, padding: padding ?? end };
	} catch (cause) {
		const detail = `tokenizer: ${cause instanceof Error ? cause.message : String(cause)}`;
		throw new LuxError('pack-unsuitable', { detail }, { cause });
	}
	return {
		ids(prompt) {
			const { ids } = words.encode(prompt, { add_special_tokens: false });
			const { start, end, padding } = special;
			const told = [start, ...ids.slice(0, tokens - 2), end];
			return Int32Array.from({ length: tokens }, (_, i) => told[i] ?? padding);
		}
	};
}

/** A special token stands in the configuration as text, or as an object with its text in `content`. */
function specialToken(value: unknown): string {
	if (typeof value === 'string') return value;
	if (typeof value === 'object' && value !== null && 'content' in value)
		return String(value.content);
	return '';
}

/**
 * @param ids int32 [tokens]
 * @returns every output of the encoder, [1, tokens, width] each: the denoiser takes them by the same names
 */
export function encodePrompt(textEncoder: Graph, ids: Int32Array): Promise<GraphTensors> {
	return textEncoder.run({ input_ids: { data: ids, shape: [1, ids.length] } });
}
