/** The narrow view of an ONNX session that stages work with. Tensors live on the CPU, row-major. */
export interface GraphTensor {
	data: Float32Array | Int32Array;
	shape: readonly number[];
}

/** What a graph takes or gives, by the graph's own names. */
export type GraphTensors = Readonly<Record<string, GraphTensor>>;

/** One compiled graph. Its creator owns it and calls `release()` in `finally` or when the pack is unloaded. */
export interface Graph {
	/** Runs once; rejects with a `LuxError` (`runtime-failed`, `device-lost`, `out-of-memory`, `result-not-finite`). */
	run(feeds: Record<string, GraphTensor>): Promise<Record<string, GraphTensor>>;
	release(): Promise<void>;
}
