/** A pack in use: its manifest and one compiled graph per name, for one device. */
import { LuxError } from '$lib/contract/errors';
import {
	GRAPH_NAMES,
	OPTIONAL_GRAPH_NAMES,
	type AnyGraphName,
	type GraphName,
	type GraphVariant,
	type OptionalGraphName,
	type PackManifest
} from '$lib/contract/manifest';
import type { ProgressListener } from '$lib/contract/progress';
import type { LoadedFile } from '$lib/contract/worker-api';
import type { Graph } from './graph';
import type { Ort } from './ort';
import { parseManifest, verifyFile } from './pack-verify';
import { openSession, type OpenGraph, type SessionDevice } from './session';
import { sha256 } from './sha256';

/** Bytes that match their manifest. Nothing else is ever given to `openPack`. */
export interface VerifiedPack {
	/** sha256 of the manifest bytes, hex. */
	hash: string;
	manifest: PackManifest;
	/** By manifest path. */
	files: ReadonlyMap<string, Uint8Array>;
}

/** Compiled graphs by name. */
export type Graphs = Readonly<Record<GraphName, Graph> & Partial<Record<OptionalGraphName, Graph>>>;

export interface Pack {
	readonly hash: string;
	readonly manifest: PackManifest;
	readonly graphs: Graphs;
	/** Releases every session. The opener calls it. */
	dispose(): Promise<void>;
}

/**
 * @throws LuxError `pack-manifest-invalid`, `pack-file-corrupt` (also for a file that is not there)
 */
export async function verifyPack(
	manifestBytes: ArrayBuffer,
	loaded: readonly LoadedFile[]
): Promise<VerifiedPack> {
	const manifest = parseManifest(manifestBytes);
	const byPath = new Map(loaded.map(({ path, bytes }) => [path, bytes]));
	const files = new Map<string, Uint8Array>();
	for (const entry of manifest.files) {
		const blob = byPath.get(entry.path);
		if (!blob) throw new LuxError('pack-file-corrupt', { file: entry.path });
		const bytes = await blob.arrayBuffer();
		await verifyFile(entry, bytes);
		files.set(entry.path, new Uint8Array(bytes));
	}
	return { hash: await sha256(manifestBytes), manifest, files };
}

/**
 * Compiles every graph of a pack. On failure nothing stays open.
 *
 * @throws LuxError `pack-unsuitable` when a graph has no variant for the device or disagrees with the
 *   manifest; otherwise what `openSession` throws.
 */
export async function openPack(
	ort: Ort,
	{ hash, manifest, files }: VerifiedPack,
	device: SessionDevice,
	onProgress: ProgressListener
): Promise<Pack> {
	const open = new Map<AnyGraphName, OpenGraph>();
	const dispose = async () => {
		for (const [name, graph] of open) {
			open.delete(name);
			await graph.release();
		}
	};
	try {
		const names = [...GRAPH_NAMES, ...OPTIONAL_GRAPH_NAMES].filter((name) => manifest.graphs[name]);
		for (const [index, name] of names.entries()) {
			onProgress({ kind: 'session', graph: name, index, count: names.length });
			const variant = manifest.graphs[name]!.variants.find(({ devices }) =>
				devices.includes(device.kind)
			);
			if (!variant)
				throw new LuxError('pack-unsuitable', { detail: `${name} has no ${device.kind} variant` });
			const weights = variant.externalData.map((path) => ({ path, bytes: files.get(path)! }));
			const graph = await openSession(ort, name, files.get(variant.file)!, device, weights);
			open.set(name, graph);
			requireNames(name, variant, graph);
		}
	} catch (error) {
		await dispose();
		throw error;
	}
	return { hash, manifest, graphs: Object.fromEntries(open) as Partial<Graphs> as Graphs, dispose };
}

function requireNames(name: AnyGraphName, variant: GraphVariant, graph: OpenGraph): void {
	const same = (declared: { name: string }[], actual: readonly string[]) =>
		declared.length === actual.length && declared.every((tensor) => actual.includes(tensor.name));
	if (!same(variant.inputs, graph.inputNames) || !same(variant.outputs, graph.outputNames))
		throw new LuxError('pack-unsuitable', { detail: `${name} does not match its manifest` });
}
