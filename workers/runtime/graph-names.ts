/** Publishers' own graphs call their inputs and outputs what they like; stages know one name for each. */
import type { GraphVariant } from '$lib/contract/manifest';
import type { Graph, GraphTensor } from './graph';

/**
 * @param variant Says which name in the file stands for which one of the stages (`as`).
 * @returns `graph` under the stages' names; itself where they are the same.
 */
export function underKnownNames(graph: Graph, { inputs, outputs }: GraphVariant): Graph {
	if (![...inputs, ...outputs].some((tensor) => tensor.as)) return graph;
	const renamed = (
		tensors: Readonly<Record<string, GraphTensor>>,
		names: ReadonlyMap<string, string>
	) =>
		Object.fromEntries(
			Object.entries(tensors).map(([name, tensor]) => [names.get(name) ?? name, tensor])
		);
	const toFile = new Map(inputs.map(({ name, as }) => [as ?? name, name]));
	const fromFile = new Map(outputs.map(({ name, as }) => [name, as ?? name]));
	return {
		run: async (feeds) => renamed(await graph.run(renamed(feeds, toFile)), fromFile),
		release: () => graph.release()
	};
}
