/** An ONNX session behind the narrow `Graph` interface, with every failure turned into a code. */
import { LuxError } from '$lib/contract/errors';
import type { InferenceSession, Tensor } from 'onnxruntime-web/webgpu';
import type { Gpu } from './gpu';
import type { Graph, GraphTensor } from './graph';
import { blobBytes, LazyWeights } from './lazy-weights';
import type { Ort } from './ort';

export type SessionDevice = { kind: 'wasm' } | { kind: 'webgpu'; gpu: Gpu };

/** A file of external weights: in memory, or read a tensor at a time while the graph is opened. */
export interface WeightFile {
	path: string;
	content: Uint8Array | Blob;
}

/** A graph that also tells what it takes and gives, for checks against a manifest. */
export interface OpenGraph extends Graph {
	readonly inputNames: readonly string[];
	readonly outputNames: readonly string[];
}

/**
 * For weights that are too large to be held in memory twice: kernels on WASM lay theirs out once more otherwise, beside those that were
 * read (measured: 192 MiB took 330 to 396 MiB of the heap, and take 242 MiB like this).
 */
const UNPACKED = { session: { disable_prepacking: '1' } };

/**
 * Compiles a graph.
 *
 * @param name Used as `stage` in errors, for example `denoiser`.
 * @param model Bytes of the .onnx file, already verified by hash.
 * @param weights Files that the graph keeps its weights in, by the path it knows them by; verified as well.
 *   Blobs can be read in workers only.
 * @throws LuxError `runtime-failed`, `device-lost` or `out-of-memory`; `pack-file-corrupt` for weights that cannot be read any more.
 */
export async function openSession(
	ort: Ort,
	name: string,
	model: Uint8Array,
	device: SessionDevice,
	weights: readonly WeightFile[] = []
): Promise<OpenGraph> {
	const mounted = weights.map(({ path, content }) => ({
		path,
		data: content instanceof Blob ? new LazyWeights(content.size, blobBytes(content)) : content
	}));
	try {
		const session = await ort.InferenceSession.create(model, {
			executionProviders: [
				device.kind === 'webgpu' ? { name: 'webgpu', device: device.gpu.device } : 'wasm'
			],
			externalData: mounted,
			graphOptimizationLevel: 'all',
			logSeverityLevel: 3,
			...(mounted.some(({ data }) => data instanceof LazyWeights) && { extra: UNPACKED })
		});
		const graph = new OrtGraph(ort, session, name, device);
		// On a lost device ORT compiles without complaint.
		requireDevice(device);
		return graph;
	} catch (error) {
		for (const { path, data } of mounted)
			if (data instanceof LazyWeights && data.failure !== null)
				throw new LuxError('pack-file-corrupt', { file: path }, { cause: data.failure });
		throw mapFailure(error, name, device);
	}
}

class OrtGraph implements OpenGraph {
	readonly inputNames: readonly string[];
	readonly outputNames: readonly string[];
	readonly #ort: Ort;
	readonly #session: InferenceSession;
	readonly #name: string;
	readonly #device: SessionDevice;

	constructor(ort: Ort, session: InferenceSession, name: string, device: SessionDevice) {
		this.#ort = ort;
		this.#session = session;
		this.#name = name;
		this.#device = device;
		this.inputNames = session.inputNames;
		this.outputNames = session.outputNames;
	}

	async run(feeds: Record<string, GraphTensor>): Promise<Record<string, GraphTensor>> {
		const owned: Tensor[] = [];
		try {
			const inputs: Record<string, Tensor> = {};
			for (const [name, { data, shape }] of Object.entries(feeds)) {
				const tensor =
					data instanceof Float32Array
						? new this.#ort.Tensor('float32', data, shape)
						: new this.#ort.Tensor('int32', data, shape);
				owned.push(tensor);
				inputs[name] = tensor;
			}
			const outputs = await this.#session.run(inputs);
			owned.push(...Object.values(outputs));
			const result: Record<string, GraphTensor> = {};
			for (const [name, tensor] of Object.entries(outputs)) result[name] = this.#read(name, tensor);
			requireDevice(this.#device);
			return result;
		} catch (error) {
			throw mapFailure(error, this.#name, this.#device);
		} finally {
			for (const tensor of owned) tensor.dispose();
		}
	}

	async release(): Promise<void> {
		await this.#session.release();
	}

	#read(name: string, tensor: Tensor): GraphTensor {
		const { data, dims } = tensor;
		if (data instanceof Int32Array) return { data, shape: dims };
		if (!(data instanceof Float32Array))
			throw new LuxError('runtime-failed', {
				stage: this.#name,
				detail: `output ${name} is ${tensor.type}`
			});
		// A black or noisy picture must never pass for a portrait.
		if (!data.every(Number.isFinite))
			throw new LuxError('result-not-finite', { stage: this.#name });
		return { data, shape: dims };
	}
}

/** Work on a lost device can resolve with old bytes, so success alone proves nothing. */
function requireDevice(device: SessionDevice): void {
	const lost = device.kind === 'webgpu' ? device.gpu.lost() : null;
	if (lost !== null) throw new LuxError('device-lost', { detail: lost });
}

const OUT_OF_MEMORY =
	/out of memory|bad_alloc|allocation failed|failed to allocate|cannot enlarge/i;
const DEVICE_LOST = /device (is|was) lost|lost device|device.*destroyed/i;

/** ORT throws plain errors with prose; this is the only place that reads it. */
function mapFailure(error: unknown, stage: string, device: SessionDevice): LuxError {
	const lost = device.kind === 'webgpu' ? device.gpu.lost() : null;
	const detail = error instanceof Error ? error.message : String(error);
	// Loss comes first: numbers computed on a dying device may also be non-finite.
	if (lost !== null) return new LuxError('device-lost', { detail: lost }, { cause: error });
	if (error instanceof LuxError) return error;
	if (device.kind === 'webgpu' && DEVICE_LOST.test(detail))
		return new LuxError('device-lost', { detail }, { cause: error });
	if (OUT_OF_MEMORY.test(detail)) return new LuxError('out-of-memory', { stage }, { cause: error });
	return new LuxError('runtime-failed', { stage, detail }, { cause: error });
}
