/**
 * Which graphs of a pack are open at the same time. Pure: what opens and releases them is `graph-shelf.ts`.
 *
 * A portrait runs its graphs in groups, one after the other, and a shoot begins again with the first. Where everything fits, everything
 * is open. Elsewhere some groups stay and the others take turns; as much as fits stays, because opening costs seconds for every frame.
 */
import type { DeviceKind } from '$lib/contract/device';
import {
	GRAPH_NAMES,
	OPTIONAL_GRAPH_NAMES,
	sizesOf,
	type AnyGraphName,
	type GraphVariant,
	type ImageSize,
	type PackManifest
} from '$lib/contract/manifest';
import { variantFor } from './graph-variant';

export type MemoryPlan =
	/** Everything is opened at boot. */
	| { kind: 'all' }
	/** Graphs are opened when they are first run. */
	| {
			kind: 'turns';
			/** In the order of a portrait; graphs of one group run in turns and are open together. */
			groups: readonly (readonly AnyGraphName[])[];
			/** Graphs that stay once they are open. */
			kept: ReadonlySet<AnyGraphName>;
	  };

/** A graph that is open, by the variant that was opened. */
export interface OpenVariant {
	name: AnyGraphName;
	variant: GraphVariant;
}

type Facts = Pick<PackManifest, 'graphs' | 'image' | 'files'>;

/** Names of the graphs that the pack has. */
export function graphNames({ graphs }: Pick<PackManifest, 'graphs'>): AnyGraphName[] {
	return [...GRAPH_NAMES, ...OPTIONAL_GRAPH_NAMES].filter((name) => graphs[name]);
}

/**
 * @param budget Bytes that open graphs may hold together. A group that is larger alone is opened all the same, with nothing
 *   beside it: the budget is a guess.
 */
export function planMemory(manifest: Facts, device: DeviceKind, budget: number): MemoryPlan {
	const names = graphNames(manifest);
	const all = names.flatMap((name) => variantsOf(manifest, name, device));
	if (total(all.map((variant) => memoryOf(manifest, variant))) <= budget) return { kind: 'all' };
	const groups = groupsOf(manifest);
	const costs = groups.map((group) =>
		total(group.map((name) => largestOf(manifest, name, device)))
	);
	return { kind: 'turns', groups, kept: new Set(keep(costs, budget).flatMap((i) => groups[i]!)) };
}

/** What has to be released before a graph is opened. */
export function releasedFor(
	plan: MemoryPlan,
	open: readonly OpenVariant[],
	{ name, variant }: OpenVariant
): OpenVariant[] {
	if (plan.kind === 'all') return [];
	const together = plan.groups.find((group) => group.includes(name)) ?? [];
	return open.filter((other) =>
		// One size of a graph at a time.
		other.name === name
			? other.variant !== variant
			: !plan.kept.has(name) && !plan.kept.has(other.name) && !together.includes(other.name)
	);
}

/** In the order of a portrait. Each is open while it is needed; a picture on the way is decoded between two steps. */
function groupsOf({ graphs }: Pick<PackManifest, 'graphs'>): AnyGraphName[][] {
	const previews: AnyGraphName = graphs.previewDecoder ? 'previewDecoder' : 'vaeDecoder';
	const order: AnyGraphName[][] = [
		['identityProjector', 'directionEncoder', 'textEncoder', 'composer'],
		['vaeEncoder'],
		['denoiser', previews],
		['vaeDecoder'],
		['faceEncoder']
	];
	return order
		.map((group) => group.filter((name) => graphs[name]))
		.filter((group) => group.length > 0 && !(group[0] === 'vaeDecoder' && previews === group[0]));
}

/**
 * The groups that stay: those that leave the fewest bytes to be opened again, with room beside them for the largest of the others.
 *
 * @returns Indices into `costs`.
 */
function keep(costs: readonly number[], budget: number): number[] {
	const indices = [...costs.keys()];
	let best: number[] = [];
	let most = 0;
	// Five groups have 32 subsets.
	for (let subset = 0; subset < 1 << costs.length; subset++) {
		const kept = indices.filter((i) => subset & (1 << i));
		const bytes = total(kept.map((i) => costs[i]!));
		const largest = Math.max(0, ...costs.filter((_, i) => !kept.includes(i)));
		if (bytes + largest <= budget && bytes > most) [best, most] = [kept, bytes];
	}
	return best;
}

/** Every file that is used on a device, for all sizes. */
function variantsOf(manifest: Facts, name: AnyGraphName, device: DeviceKind): GraphVariant[] {
	const { variants } = manifest.graphs[name]!;
	const used = sizesOf(manifest).map((size: ImageSize) => variantFor(variants, device, size));
	return [...new Set(used.filter((variant) => variant !== undefined))];
}

function largestOf(manifest: Facts, name: AnyGraphName, device: DeviceKind): number {
	const sizes = variantsOf(manifest, name, device).map((variant) => memoryOf(manifest, variant));
	return Math.max(0, ...sizes);
}

/** As the manifest states it, else the bytes of its files: packs that do not state it keep their weights as they are. */
function memoryOf({ files }: Pick<PackManifest, 'files'>, variant: GraphVariant): number {
	if (variant.memoryBytes !== undefined) return variant.memoryBytes;
	const paths = new Set([variant.file, ...variant.externalData]);
	return total(files.filter(({ path }) => paths.has(path)).map(({ bytes }) => bytes));
}

function total(numbers: readonly number[]): number {
	return numbers.reduce((sum, number) => sum + number, 0);
}
