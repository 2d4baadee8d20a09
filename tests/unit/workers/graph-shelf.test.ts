import { isLuxError, LuxError } from '$lib/contract/errors';
import type { AnyGraphName, GraphVariant } from '$lib/contract/manifest';
import { GraphShelf } from '$workers/runtime/graph-shelf';
import type { MemoryPlan, OpenVariant } from '$workers/runtime/memory-plan';
import { expect, it } from 'vitest';

const turns: MemoryPlan = {
	kind: 'turns',
	groups: [['textEncoder'], ['denoiser', 'previewDecoder'], ['vaeDecoder']],
	kept: new Set()
};
const graphOf = (name: AnyGraphName): OpenVariant => ({
	name,
	variant: { file: `${name}.onnx` } as GraphVariant
});
const memory = () => new LuxError('out-of-memory', { stage: 'denoiser' });

/** A shelf of graphs that write down what happens to them. */
function shelfOf(plan: MemoryPlan, fail: (event: string) => LuxError | null = () => null) {
	const events: string[] = [];
	const happens = async (event: string) => {
		events.push(event);
		await new Promise((resolve) => setTimeout(resolve));
		const error = fail(event);
		if (error) throw error;
	};
	const shelf = new GraphShelf(plan, async ({ name }) => {
		await happens(`open ${name}`);
		return {
			run: async () => {
				await happens(`run ${name}`);
				events.push(`ran ${name}`);
				return {};
			},
			release: () => happens(`release ${name}`)
		};
	});
	return { shelf, events };
}

it('opens a graph once, when it is run, and releases the others first', async () => {
	const { shelf, events } = shelfOf(turns);
	const [denoiser, preview, decoder] = (['denoiser', 'previewDecoder', 'vaeDecoder'] as const).map(
		(name) => shelf.handle(graphOf(name))
	);
	for (const graph of [denoiser, preview, denoiser, decoder, denoiser]) await graph!.run({});
	expect(events.filter((event) => !event.startsWith('ran'))).toEqual([
		'open denoiser',
		'run denoiser',
		'open previewDecoder',
		'run previewDecoder',
		'run denoiser',
		'release denoiser',
		'release previewDecoder',
		'open vaeDecoder',
		'run vaeDecoder',
		'release vaeDecoder',
		'open denoiser',
		'run denoiser'
	]);
});

it('releases no graph that runs, whatever is asked for at the same time', async () => {
	const { shelf, events } = shelfOf(turns);
	const denoiser = shelf.handle(graphOf('denoiser'));
	const decoder = shelf.handle(graphOf('vaeDecoder'));
	await Promise.all([denoiser.run({}), decoder.run({}), denoiser.release(), shelf.dispose()]);
	expect(events).toEqual([
		'open denoiser',
		'run denoiser',
		'ran denoiser',
		'release denoiser',
		'open vaeDecoder',
		'run vaeDecoder',
		'ran vaeDecoder',
		'release vaeDecoder'
	]);
	expect(shelf.open).toEqual([]);
	await expect(denoiser.run({})).rejects.toSatisfy((error) => isLuxError(error, 'runtime-failed'));
	expect(events).toHaveLength(8);
});

it.each(['open vaeDecoder', 'run vaeDecoder'])(
	'%s: tries once more with nothing else open, before memory is too small',
	async (scarce) => {
		let tries = 0;
		const { shelf, events } = shelfOf({ kind: 'all' }, (event) =>
			event === scarce && ++tries === 1 ? memory() : null
		);
		await shelf.prepare(graphOf('denoiser'));
		await shelf.handle(graphOf('vaeDecoder')).run({});
		expect(tries).toBe(2);
		expect(events.filter((event) => event.startsWith('release'))).toEqual(['release denoiser']);
		expect(shelf.open.map(({ name }) => name)).toEqual(['vaeDecoder']);
	}
);

it('says that memory is too small, and goes on with what fits', async () => {
	const { shelf } = shelfOf(turns, (event) => (event === 'open denoiser' ? memory() : null));
	const denoiser = shelf.handle(graphOf('denoiser'));
	await expect(denoiser.run({})).rejects.toSatisfy((error) => isLuxError(error, 'out-of-memory'));
	await expect(shelf.handle(graphOf('vaeDecoder')).run({})).resolves.toEqual({});
	await expect(denoiser.run({})).rejects.toSatisfy((error) => isLuxError(error, 'out-of-memory'));
});
