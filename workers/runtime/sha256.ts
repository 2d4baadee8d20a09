/** Hashes of bytes at hand. WebCrypto has no streaming digest, so large files are hashed in chunks. */

/** Lower-case hex sha256. */
export async function sha256(bytes: BufferSource): Promise<string> {
	return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

/** Lower-case, two digits a byte. */
export function hex(bytes: Uint8Array): string {
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
