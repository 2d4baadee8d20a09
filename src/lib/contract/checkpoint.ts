/**
 * A publisher's checkpoint file as facts: what a tensor in it is, and every way such a file can be wrong.
 * The words for a fault are in `src/lib/components/checkpoint-words.ts`.
 */

/** Element types that are read, in safetensors' spelling. */
export const DTYPES = ['F32', 'F16', 'BF16', 'I64', 'I8', 'U8'] as const;
export type Dtype = (typeof DTYPES)[number];

export const CHECKPOINT_FAULTS = [
	// safetensors
	'too-short',
	'header-too-long',
	'header-not-json',
	'header-wrong-form',
	'duplicate-key',
	'too-many-tensors',
	'dtype-unknown',
	'shape-invalid',
	'zero-size',
	'offsets-invalid',
	'out-of-range',
	'length-mismatch',
	'misaligned',
	'overlap',
	'hole',
	// PyTorch's zip
	'zip-not-found',
	'zip-damaged',
	'zip-too-many-records',
	'zip-several-disks',
	'zip-encrypted',
	'zip-compressed',
	'zip-duplicate-name',
	'zip-record-missing',
	'zip-overlap',
	'byte-order',
	// its pickle
	'pickle-too-large',
	'pickle-truncated',
	'pickle-malformed',
	'pickle-too-deep',
	'pickle-too-much',
	'pickle-no-tensors',
	'storage-mismatch'
] as const;
export type CheckpointFault = (typeof CHECKPOINT_FAULTS)[number];
