import { isLuxError } from '$lib/contract/errors';
import type { ClipConditioning } from '$lib/contract/manifest';
import type { Graph } from '$workers/runtime/graph';
import { createTokenizer, encodePrompt } from '$workers/stages/encode-prompt';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const START = 20;
const END = 21;
const WORDS = ['a', 'b', 'c', 'a</w>', 'b</w>', 'c</w>', 'ab', 'ab</w>', 'abc</w>', ',</w>'];

/** CLIP's kind of tokenizer with a vocabulary of three letters. */
const tokenizer = {
	version: '1.0',
	truncation: null,
	padding: null,
	added_tokens: [START, END].map((id) => ({
		id,
		content: id === START ? '<|startoftext|>' : '<|endoftext|>',
		single_word: false,
		lstrip: false,
		rstrip: false,
		normalized: false,
		special: true
	})),
	normalizer: {
		type: 'Sequence',
		normalizers: [
			{ type: 'NFC' },
			{ type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
			{ type: 'Lowercase' }
		]
	},
	pre_tokenizer: {
		type: 'Sequence',
		pretokenizers: [
			{
				type: 'Split',
				pattern: { Regex: '[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+' },
				behavior: 'Removed',
				invert: true
			},
			{ type: 'ByteLevel', add_prefix_space: false, trim_offsets: true }
		]
	},
	post_processor: null,
	decoder: null,
	model: {
		type: 'BPE',
		unk_token: '<|endoftext|>',
		continuing_subword_prefix: '',
		end_of_word_suffix: '</w>',
		fuse_unk: false,
		vocab: {
			...Object.fromEntries(WORDS.map((word, id) => [word, id])),
			'<|startoftext|>': START,
			'<|endoftext|>': END
		},
		merges: ['a b</w>', 'a b', 'ab c</w>']
	}
};
const config = {
	bos_token: '<|startoftext|>',
	eos_token: { content: '<|endoftext|>' },
	pad_token: '<|endoftext|>'
};

const conditioning: ClipConditioning = {
	kind: 'clip',
	tokens: 8,
	width: 4,
	tokenizer: { tokenizer: 'tokenizer.json', config: 'tokenizer_config.json' },
	negative: ''
};
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const filesOf = (words: unknown, settings: unknown) =>
	new Map([
		['tokenizer.json', encode(words)],
		['tokenizer_config.json', encode(settings)]
	]);
const unsuitable = (error: unknown) => isLuxError(error, 'pack-unsuitable');

describe('createTokenizer', () => {
	const { ids } = createTokenizer(conditioning, filesOf(tokenizer, config));

	it('puts words between start and end, and pads', () => {
		expect([...ids('abc, AB')]).toEqual([START, 8, 9, 7, END, END, END, END]);
		expect([...ids('')]).toEqual([START, END, END, END, END, END, END, END]);
	});

	it('cuts what does not fit before the end', () => {
		expect([...ids('a b c a b c a b c')]).toEqual([START, 3, 4, 5, 3, 4, 5, END]);
	});

	it('takes any text: as long as asked for, and with a start and an end', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'grapheme' }), (text) => {
				const told = ids(text);
				expect(told).toHaveLength(conditioning.tokens);
				expect(told[0]).toBe(START);
				expect(told).toContain(END);
			})
		);
	});

	it('pads with the end where there is no padding token', () => {
		const { bos_token, eos_token } = config;
		const plain = createTokenizer(conditioning, filesOf(tokenizer, { bos_token, eos_token }));
		expect([...plain.ids('a')].at(-1)).toBe(END);
	});

	it.each<[string, Map<string, Uint8Array>]>([
		['no tokenizer', new Map([['tokenizer_config.json', encode(config)]])],
		['not JSON', new Map([...filesOf(tokenizer, config), ['tokenizer.json', new Uint8Array([1])]])],
		['not a tokenizer', filesOf({ model: 3 }, config)],
		['no start', filesOf(tokenizer, { eos_token: '<|endoftext|>' })],
		['a start that is no token', filesOf(tokenizer, { ...config, bos_token: '<s>' })]
	])('refuses %s', (_, files) => {
		expect(() => createTokenizer(conditioning, files)).toThrow(expect.toSatisfy(unsuitable));
	});
});

it('gives the encoder the ids, and takes its hidden states', async () => {
	const states = { data: new Float32Array(8), shape: [1, 2, 4] };
	const encoder: Graph = {
		run: async ({ input_ids: fed }) => {
			expect(fed).toEqual({ data: Int32Array.of(1, 2), shape: [1, 2] });
			return { encoder_hidden_states: states };
		},
		release: async () => undefined
	};
	const outputs = await encodePrompt(encoder, Int32Array.of(1, 2));
	expect(outputs).toEqual({ encoder_hidden_states: states });
});
