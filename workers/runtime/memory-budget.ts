/**
 * How many bytes open graphs may hold together. No browser tells what is free, so these are guesses on the safe side: too low a
 * budget costs seconds, too high a one the worker.
 */
import type { DeviceKind } from '$lib/contract/device';

const GIB = 2 ** 30;

/**
 * WebAssembly ends at 4 GiB, and what a run needs beside the weights (half a gigabyte and more in a decoder at full size) comes out of
 * the same heap, which released graphs leave in pieces.
 */
const WASM_BYTES = 2.5 * GIB;
/** Of the device's memory: the browser, the page and other apps live there too. */
const WASM_SHARE = 1 / 2;
/** Less: a GPU that shares the memory needs it a second time while weights are uploaded, and one with its own often has less. */
const GPU_SHARE = 3 / 8;
/** A driver whose largest buffer is a quarter of a gigabyte belongs to a phone, which has room for a few of them. */
const GPU_BUFFERS = 4;
/** Where the browser does not tell (Firefox, Safari). */
const UNKNOWN_DEVICE_GIB = 4;

/**
 * @param deviceMemory `navigator.deviceMemory`, GiB: rounded and capped by the browser, undefined where it does not tell.
 * @param maxBufferSize Of the adapter, bytes; null on WASM.
 */
export function memoryBudget(
	kind: DeviceKind,
	deviceMemory: number | undefined,
	maxBufferSize: number | null
): number {
	const bytes = (deviceMemory ?? UNKNOWN_DEVICE_GIB) * GIB;
	if (kind === 'wasm') return Math.min(WASM_BYTES, bytes * WASM_SHARE);
	return Math.min(bytes * GPU_SHARE, (maxBufferSize ?? Infinity) * GPU_BUFFERS);
}
