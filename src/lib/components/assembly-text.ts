/** The wording for packs that are put together on the device. `error-text.ts` shows it like every other error. */
import type { CheckpointFault } from '$lib/contract/checkpoint';
import type { ErrorParams, WireError } from '$lib/contract/errors';

type AssemblyCode = Extract<
	keyof ErrorParams,
	`checkpoint-${string}` | `assembly-${string}` | `source-${string}`
>;
export type AssemblyError = Exclude<
	Extract<WireError, { code: AssemblyCode }>,
	{ code: 'source-gone' }
>;

const NOTHING_INSTALLED = 'Nothing was installed.';

/** @returns A short heading, then one or two sentences. */
export function assemblyText(error: AssemblyError): [what: string, then: string] {
	switch (error.code) {
		case 'checkpoint-unreadable':
			return [
				`${error.params.file} cannot be read`,
				`${faultText(error.params.fault)} ${NOTHING_INSTALLED}`
			];
		case 'checkpoint-unsafe':
			return [
				`${error.params.file} holds more than weights`,
				`It asks for ${error.params.found}, which could run a program elsewhere, so it was not opened. Use a safetensors file from its publisher.`
			];
		case 'checkpoint-tensor-wrong':
			return [
				`${error.params.file} is not the file expected`,
				`The weights "${error.params.tensor}" ${TENSOR_PROBLEMS[error.params.problem]}. ${NOTHING_INSTALLED}`
			];
		case 'assembly-recipe-invalid':
			return [
				'The recipe of this pack cannot be used',
				`Reload the page to update. Detail: ${error.params.detail}.`
			];
		case 'assembly-corrupt':
			return [
				`${error.params.file} was not kept as it was written`,
				'The storage gave back other bytes, so the pack was not installed. Install it again; if that fails too, check this disk.'
			];
		case 'assembly-no-room':
			return [
				'There is no room for this pack',
				'What arrived is kept: free some space and go on, or remove what was begun.'
			];
		case 'source-unreachable':
			return [
				`${error.params.file} did not arrive`,
				error.params.status === 0
					? 'The connection broke, also when tried again. What arrived is kept: go on when you are online.'
					: `The publisher's server answered ${error.params.status}, also when tried again. What arrived is kept: go on later.`
			];
		case 'source-refused':
			return [
				`The publisher does not give out ${error.params.file}`,
				error.params.status === 404
					? 'It is not there any more. Reload the page to update, or set another mirror.'
					: `Its server answered ${error.params.status}. The file may ask for an account or a licence to be accepted.`
			];
		case 'source-busy':
			return [
				"The publisher's server is busy",
				`It asks to wait ${error.params.seconds} seconds. What arrived is kept: go on after that.`
			];
		case 'source-stalled':
			return [
				`${error.params.file} stopped arriving`,
				`Nothing came for ${error.params.seconds} seconds. What arrived is kept: go on when the connection is better.`
			];
		case 'source-no-ranges':
			return [
				'This server cannot send a file in parts',
				`${NOTHING_INSTALLED} Set another mirror, or install from files on this device.`
			];
		case 'source-changed':
			return [
				`${error.params.file} changed while it arrived`,
				`Parts of two files are never put together. ${NOTHING_INSTALLED} Install it again, from the start.`
			];
		case 'source-wrong-size':
			return [
				`${error.params.file} has another size than its publisher's`,
				`It has ${error.params.bytes} bytes instead of ${error.params.expected}. ${NOTHING_INSTALLED}`
			];
		case 'source-wrong-hash':
			return [
				`${error.params.file} is not what its publisher published`,
				'Its checksum differs, so it was thrown away. Install again; if that fails too, do not use this mirror.'
			];
	}
}

const TENSOR_PROBLEMS: Record<ErrorParams['checkpoint-tensor-wrong']['problem'], string> = {
	missing: 'are missing',
	shape: 'have another shape',
	dtype: 'are of another number type',
	'not-finite': 'hold numbers that are not finite',
	'out-of-range': 'hold numbers too large for half precision',
	'left-over': 'have no place in this pack'
};

function faultText(fault: CheckpointFault): string {
	switch (fault) {
		case 'too-short':
		case 'zip-not-found':
		case 'pickle-truncated':
			return 'The file is cut off, or of another kind.';
		case 'dtype-unknown':
			return 'It holds a type of number that this app does not read.';
		case 'zip-encrypted':
			return 'It is encrypted.';
		case 'zip-compressed':
			return 'It is a compressed archive; checkpoints are not.';
		case 'byte-order':
			return 'It was written by a machine with another byte order.';
		case 'pickle-no-tensors':
			return 'There are no weights in it.';
		case 'header-too-long':
		case 'too-many-tensors':
		case 'zip-too-many-records':
		case 'pickle-too-large':
		case 'pickle-too-deep':
		case 'pickle-too-much':
			return 'Its table of contents is larger than any real one.';
		case 'header-not-json':
		case 'header-wrong-form':
		case 'duplicate-key':
		case 'shape-invalid':
		case 'zero-size':
		case 'offsets-invalid':
		case 'out-of-range':
		case 'length-mismatch':
		case 'misaligned':
		case 'overlap':
		case 'hole':
		case 'zip-damaged':
		case 'zip-several-disks':
		case 'zip-duplicate-name':
		case 'zip-record-missing':
		case 'zip-overlap':
		case 'pickle-malformed':
		case 'storage-mismatch':
			return `Its table of contents is damaged (${fault}).`;
	}
}
