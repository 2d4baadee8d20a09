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

/** Workers only. It takes no lock, so that several tabs may open one pack. */
export function readBlobNow(piece: Blob): ArrayBuffer {
	return new FileReaderSync().readAsArrayBuffer(piece);
}

export class LazyWeights extends Uint8Array<ArrayBuffer> {
	readonly #blob: Blob;
	readonly #read: ReadNow;
	#failure: unknown = null;

	/** @param blob Verified; a snapshot of a file that has changed since cannot be read any more. */
	constructor(blob: Blob, read: ReadNow = readBlobNow) {
		super(new ArrayBuffer(0));
		this.#blob = blob;
		this.#read = read;
		// Properties, because the getters of typed arrays may not be overridden in TypeScript.
		for (const name of ['byteLength', 'length'])
			Object.defineProperty(this, name, { value: blob.size });
	}

	/** Why the last reading failed, or null. The runtime itself only says that it did. */
	get failure(): unknown {
		return this.#failure;
	}

	/**
	 * @returns Exactly the bytes in [start, end): a wrong length would write past the tensor.
	 * @throws RangeError outside the file, or what reading throws
	 */
	override subarray(start = 0, end = this.#blob.size): Uint8Array<ArrayBuffer> {
		try {
			if (!(start >= 0 && start <= end && end <= this.#blob.size))
				throw new RangeError(`${start} to ${end} of ${this.#blob.size} bytes`);
			const bytes = new Uint8Array(this.#read(this.#blob.slice(start, end)));
			if (bytes.byteLength !== end - start)
				throw new RangeError(`${bytes.byteLength} bytes instead of ${end - start}`);
			return bytes;
		} catch (error) {
			this.#failure = error;
			throw error;
		}
	}
}
