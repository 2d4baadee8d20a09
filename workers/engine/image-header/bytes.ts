/** Reading untrusted bytes: nothing here throws, a position outside the file reads as `OUTSIDE`. */

/** No unsigned number equals it and every comparison `value >= 0` fails: parsers stop by themselves. */
export const OUTSIDE = -1;

/** Unsigned integer of `length` (1 to 4) bytes at `at`, or OUTSIDE. */
export function uintBE(bytes: Uint8Array, at: number, length: number): number {
	if (at < 0 || at + length > bytes.length) return OUTSIDE;
	let value = 0;
	for (let i = 0; i < length; i++) value = value * 256 + bytes[at + i]!;
	return value;
}

/** As `uintBE`, least significant byte first. */
export function uintLE(bytes: Uint8Array, at: number, length: number): number {
	if (at < 0 || at + length > bytes.length) return OUTSIDE;
	let value = 0;
	for (let i = length - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!;
	return value;
}

/** Whether the ASCII `text` stands at `at`. */
export function hasText(bytes: Uint8Array, at: number, text: string): boolean {
	if (at < 0 || at + text.length > bytes.length) return false;
	for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
	return true;
}

/** `length` bytes at `at` as Latin-1 text, shorter at the end of the file. */
export function textAt(bytes: Uint8Array, at: number, length: number): string {
	return String.fromCharCode(...bytes.subarray(at, at + length));
}
