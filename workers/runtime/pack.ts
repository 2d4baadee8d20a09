/** A pack in use: its manifest and one graph per name, for one device. */
import { LuxError } from '$lib/contract/errors';
import {
	sizesOf,
	type AnyGraphName,
	type GraphName,
	type GraphVariant,
	type ImageSize,
	type OptionalGraphName,
	type PackManifest
} from '$lib/contract/manifest';
import type { ProgressListener } from '$lib/contract/progress';
import { expandedWeights } from './expanded-weights';
import type { Graph } from './graph';
import { underKnownNames } from './graph-names';
import { GraphShelf } from './graph-shelf';
import { variantFor } from './graph-variant';
import { graphNames, planMemory, type OpenVariant } from './memory-plan';
import type { Ort } from './ort';
import { openSession, type OpenGraph, type SessionDevice, type WeightFile } from './session';
import { readWhole, type VerifiedPack } from './verified-pack';

/** Compiled graphs by name. */
export type Graphs = Readonly<Record<GraphName, Graph> & Partial<Record<OptionalGraphName, Graph>>>;

export interface Pack {
	readonly hash: string;
	readonly manifest: PackManifest;
	/** For the native size. Graphs that do not depend on the size are the same in all sizes. */
	readonly graphs: Graphs;
	/** @throws LuxError `request-invalid` for a size that the pack does not make */
	graphsFor(size: ImageSize): Graphs;
	/** Runs `task`; graphs that are opened meanwhile are reported to `report`. One task at a time. */
	reporting<T>(report: ProgressListener, task: () => Promise<T>): Promise<T>;
	/** Releases every session. The opener calls it. */
	dispose(): Promise<void>;
}

/**
 * Opens a pack. Where memory holds all of it, every graph of the native size is compiled now and a failure shows here; else, and for
 * further sizes, when it is first run. On failure nothing stays open.
 *
 * @param budget Bytes that open graphs may hold together, see `memory-budget.ts`.
 * @throws LuxError `pack-unsuitable` when a graph has no variant for the device or disagrees with the
 *   manifest; otherwise what `openSession` throws.
 */
export async function openPack(
	ort: Ort,
	{ hash, manifest, files }: VerifiedPack,
	device: SessionDevice,
	onProgress: ProgressListener,
	budget = Infinity
): Promise<Pack> {
	const names = graphNames(manifest);
	const wantedFor = (size: ImageSize) => names.map((name) => choose(manifest, name, device, size));
	const wanted = sizesOf(manifest).map(wantedFor);
	const [native = []] = wanted;
	const plan = planMemory(manifest, device.kind, budget);

	let report = onProgress;
	let ahead = { index: 0, count: plan.kind === 'all' ? native.length : 1 };
	const shelf = new GraphShelf(plan, async ({ name, variant }) => {
		report({ kind: 'session', graph: name, ...ahead });
		const weights: WeightFile[] = variant.externalData.map((path) => ({
			path,
			content: files.get(path)!
		}));
		if (variant.expanded !== undefined) weights.push(expandedWeights(variant.expanded, files));
		const file = files.get(variant.file)!;
		const model = file instanceof Blob ? await readWhole(variant.file, file) : file;
		const graph = await openSession(ort, name, model, device, weights);
		try {
			requireNames(name, variant, graph);
		} catch (error) {
			await graph.release();
			throw error;
		}
		return underKnownNames(graph, variant);
	});
	try {
		if (plan.kind === 'all')
			for (const [index, graph] of native.entries()) {
				ahead = { index, count: native.length };
				await shelf.prepare(graph);
			}
	} catch (error) {
		await shelf.dispose();
		throw error;
	}
	ahead = { index: 0, count: 1 };
	report = ignore;

	const bySize = wanted.map(
		(graphs) =>
			Object.fromEntries(
				graphs.map((graph) => [graph.name, shelf.handle(graph)])
			) as Partial<Graphs> as Graphs
	);
	const graphsFor = ({ width, height }: ImageSize) => {
		const index = sizesOf(manifest).findIndex(
			(size) => size.width === width && size.height === height
		);
		const graphs = bySize[index];
		if (!graphs)
			throw new LuxError('request-invalid', {
				detail: `the pack does not make ${width} x ${height}`
			});
		return graphs;
	};
	return {
		hash,
		manifest,
		graphs: graphsFor(manifest.image),
		graphsFor,
		reporting: async (listener, task) => {
			report = listener;
			try {
				return await task();
			} finally {
				report = ignore;
			}
		},
		dispose: () => shelf.dispose()
	};
}

const ignore: ProgressListener = () => undefined;

/** Told at boot, whatever is opened then. */
function choose(
	{ graphs }: PackManifest,
	name: AnyGraphName,
	{ kind }: SessionDevice,
	size: ImageSize
): OpenVariant {
	const variant = variantFor(graphs[name]!.variants, kind, size);
	if (!variant) throw new LuxError('pack-unsuitable', { detail: `${name} has no ${kind} variant` });
	return { name, variant };
}

function requireNames(name: AnyGraphName, variant: GraphVariant, graph: OpenGraph): void {
	const same = (declared: { name: string }[], actual: readonly string[]) =>
		declared.length === actual.length && declared.every((tensor) => actual.includes(tensor.name));
	if (!same(variant.inputs, graph.inputNames) || !same(variant.outputs, graph.outputNames))
		throw new LuxError('pack-unsuitable', { detail: `${name} does not match its manifest` });
}
