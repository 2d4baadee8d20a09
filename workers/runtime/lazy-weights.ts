/**
 * A file of weights that is read while a graph is opened, one tensor at a time, instead of lying in memory as a whole.
 *
 * What this relies on, in onnxruntime-web 1.30.0, in the plain build and in the one with JSPI: `externalData` that is a `Uint8Array` is
 * mounted as it is; of it the runtime reads `byteLength`, to see that a tensor lies inside, and `subarray(start, end)`, whose result it
 * copies to where the tensor belongs without looking at its length again. Nothing of that is documented.
 * `tests/browser/lazy-weights.test.ts` fails when it changes.
 */

/** Reads a piece of a file at once: the runtime does not wait. */
export type ReadNow = (piece: Blob) => ArrayBuffer;
/** @returns Exactly the bytes in [start, end). */
export type ReadBytes = (start: number, end: number) => Uint8Array<ArrayBuffer>;

/** Workers only. It takes no lock, so that several tabs may open one pack. */
export function readBlobNow(piece: Blob): ArrayBuffer {
	return new FileReaderSync().readAsArrayBuffer(piece);
}

/** @param blob Verified; a snapshot of a file that has changed since cannot be read any more. */
export function blobBytes(blob: Blob, read: ReadNow = readBlobNow): ReadBytes {
	return (start, end) => new Uint8Array(read(blob.slice(start, end)));
}

export class LazyWeights extends Uint8Array<ArrayBuffer> {
	readonly #size: number;
	readonly #read: ReadBytes;
	#failure: unknown = null;

	/** @param size Bytes of the whole file. */
	constructor(size: number, read: ReadBytes) {
		super(new ArrayBuffer(0));
		this.#size = size;
		this.#read = read;
		// Properties, because the getters of typed arrays may not be overridden in TypeScript.
		for (const name of ['byteLength', 'length']) Object.defineProperty(this, name, { value: size });
	}

	/** Why the last reading failed, or null. The runtime itself only says that it did. */
	get failure(): unknown {
		return this.#failure;
	}

	/**
	 * @returns Exactly the bytes in [start, end): a wrong length would write past the tensor.
	 * @throws RangeError outside the file, or what reading throws
	 */
	override subarray(start = 0, end = this.#size): Uint8Array<ArrayBuffer> {
		try {
			if (!(start >= 0 && start <= end && end <= this.#size))
				throw new RangeError(`${start} to ${end} of ${this.#size} bytes`);
			const bytes = this.#read(start, end);
			if (bytes.byteLength !== end - start)
				throw new RangeError(`${bytes.byteLength} bytes instead of ${end - start}`);
			return bytes;
		} catch (error) {
			this.#failure = error;
			throw error;
		}
	}
}
