import { createScheduler } from '$workers/engine/schedulers/create';
import { planSampling } from '$workers/engine/sampling-plan';
import type { GraphTensor, GraphTensors } from '$workers/runtime/graph';
import { denoise } from '$workers/stages/denoise';
import { expect, it } from 'vitest';

const tensor = (...data: number[]): GraphTensor => ({
	data: Float32Array.from(data),
	shape: [1, data.length, 1]
});

it('feeds what the encoders put out under its own names, to each branch its own', async () => {
	const seen: GraphTensors[] = [];
	const scheduler = createScheduler({ kind: 'ddim', config: {} });
	const plan = planSampling({ scheduler, steps: 2, guidanceScale: 2, previewEvery: 0 });
	const told = { encoder_keys: tensor(1), encoder_values: tensor(2) };
	const sitter = { identity_keys: tensor(3, 4), identity_values: tensor(5, 6) };
	const negative = { encoder_keys: tensor(7), encoder_values: tensor(8) };
	await denoise({
		denoiser: {
			run: async (feeds) => {
				seen.push(feeds);
				return { noise_prediction: feeds['latents']! };
			},
			release: async () => undefined
		},
		scheduler,
		plan,
		sample: Float32Array.of(0.5, -0.5),
		shape: [1, 2, 1, 1],
		conditional: { direction: told, identity: sitter, identityScale: 0.5 },
		unconditional: { direction: negative, identity: sitter, identityScale: 0 },
		guidanceScale: 2,
		noise: () => expect.unreachable('DDIM draws no noise'),
		signal: new AbortController().signal,
		onStep: async () => undefined
	});
	expect(seen).toHaveLength(4);
	const names = [
		'encoder_keys',
		'encoder_values',
		'identity_keys',
		'identity_scale',
		'identity_values',
		'latents',
		'timestep'
	];
	for (const feeds of seen) expect(Object.keys(feeds).sort()).toEqual(names);
	const [conditional, unconditional] = seen;
	expect(conditional).toMatchObject({ ...told, ...sitter });
	expect(unconditional).toMatchObject({ ...negative, ...sitter });
	expect(unconditional!['identity_scale']!.data[0]).toBe(0);
});
