/** Packs in words: bytes, parts, what this device can run, how far an installation is. */
import type { DeviceReport } from '$lib/contract/device';
import type { WireError } from '$lib/contract/errors';
import { sizesOf, type PackManifest } from '$lib/contract/manifest';
import type { AssemblyProgress } from '$lib/contract/progress';
import { errorText, type ErrorText } from './error-text';

/** In full, for example "1,050,673,152". Without Intl, as `clockText`. */
export function bytesText(bytes: number): string {
	return String(Math.round(bytes)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Rounded, for example "1.05 GB"; for sizes in a sentence. */
export function roomText(bytes: number): string {
	if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
	if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
	return `${bytesText(bytes)} bytes`;
}

const PARTS: Readonly<Record<string, string>> = {
	unet: 'Image model',
	denoiser: 'Image model',
	'text-encoder': 'Text encoder',
	'few-steps': 'Few-steps adapter',
	vae: 'Decoder',
	taesd: 'Preview decoder',
	preview: 'Preview decoder',
	identity: 'Identity adapter',
	plus: 'Identity adapter',
	vision: 'Face reader',
	face: 'Face reader'
};

/** Name of what a recipe's source is for; one that is not known is called as the recipe calls it. */
export function partText(id: string): string {
	const words = PARTS[id] ?? id.replaceAll('-', ' ');
	return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "Image model, text encoder": parts that come from one place. */
export function partsText(ids: readonly string[]): string {
	return ids
		.map(partText)
		.map((name, index) => (index === 0 ? name : name.charAt(0).toLowerCase() + name.slice(1)))
		.join(', ');
}

/** Longest side of a picture in pixels, for example "512 px" or "512 to 768 px". */
export function longSideText(manifest: Pick<PackManifest, 'image'>): string {
	const sides = sizesOf(manifest).map(({ width, height }) => Math.max(width, height));
	const [least, most] = [Math.min(...sides), Math.max(...sides)];
	return least === most ? `${most} px` : `${least} to ${most} px`;
}

export interface Fit {
	/** How the pack would run here. */
	speed: 'unknown' | 'graphics' | 'processor';
	what: string;
	note: string;
}

/**
 * What this device can do with a pack, by the rules that the engine chooses by.
 * @param device as the engine found it; null before it has started
 * @param memory bytes that the browser says the device has (it tells 8 GB at most); null where it does not say
 */
export function fitOf(
	device: DeviceReport | null,
	needs: PackManifest['requirements'],
	memory: number | null
): Fit {
	if (!device)
		return {
			speed: 'unknown',
			what: 'Looking at this device',
			note: 'what it can run is known once the studio has started'
		};
	const lacks = lacksOf(device, needs);
	const tight =
		memory !== null && memory < needs.memoryBytes
			? `; it wants about ${roomText(needs.memoryBytes)} of memory, this device says it has ${roomText(memory)}`
			: '';
	if (lacks === null)
		return {
			speed: 'graphics',
			what: 'Runs on this device',
			note: `WebGPU${needs.shaderF16 ? ', 16-bit' : ''}; about ${roomText(needs.memoryBytes)} of graphics memory${tight}`
		};
	return {
		speed: 'processor',
		what: 'Slow on this device',
		note: `on the processor, where a frame takes minutes: ${lacks}${tight}`
	};
}

/** Why the pack would not run on the graphics; null where it would. */
function lacksOf(
	{ adapter, kind, reason }: DeviceReport,
	needs: PackManifest['requirements']
): string | null {
	if (reason === 'override' && kind === 'wasm') return 'you asked for it';
	if (reason === 'self-test-failed') return 'the graphics adapter computes wrong numbers';
	if (reason === 'device-lost') return 'the graphics driver stopped';
	if (!adapter)
		return reason === 'no-webgpu' ? 'this browser has no WebGPU' : 'no graphics adapter found';
	if (adapter.software && reason !== 'override')
		return 'the graphics adapter is only a software one';
	if (needs.shaderF16 && !adapter.shaderF16)
		return 'the graphics adapter has no 16-bit numbers (shader-f16)';
	if (adapter.maxBufferSize < needs.maxBufferSize)
		return `the graphics adapter takes ${roomText(adapter.maxBufferSize)} in one piece, the pack has pieces of ${roomText(needs.maxBufferSize)}`;
	if (adapter.maxStorageBufferBindingSize < needs.maxStorageBufferBindingSize)
		return `the graphics adapter binds ${roomText(adapter.maxStorageBufferBindingSize)} at once, the pack needs ${roomText(needs.maxStorageBufferBindingSize)}`;
	return null;
}

/**
 * Bytes that have to be free before an installation: what is fetched lies beside the pack until that is whole.
 * @param begun bytes of the draft that is there already
 */
export function roomNeeded(
	{ fetchBytes, packBytes }: { fetchBytes: number; packBytes: number },
	begun: number
): number {
	return Math.max(0, fetchBytes + packBytes - begun);
}

const PHASES: readonly AssemblyProgress['phase'][] = ['fetch', 'assemble', 'verify'];

/** What is going on, for example "Fetching, 1 of 3". @param local every file is on this device already */
export function phaseText(phase: AssemblyProgress['phase'], local: boolean): string {
	const names = {
		fetch: local ? 'Reading your files' : 'Fetching',
		assemble: 'Putting together',
		verify: 'Reading back'
	};
	return `${names[phase]}, ${PHASES.indexOf(phase) + 1} of ${PHASES.length}`;
}

/** Squares of the installation: one for each 8 MiB, or for as many of these as keep it readable. */
export function squaresOf(
	{ done, total }: Pick<AssemblyProgress, 'done' | 'total'>,
	most = 256
): { count: number; full: number; bytes: number } {
	let bytes = 8 * 1024 * 1024;
	while (Math.ceil(total / bytes) > most) bytes *= 2;
	const count = Math.max(1, Math.ceil(total / bytes));
	const full = total > 0 && done >= total ? count : Math.floor(done / bytes);
	return { count, full, bytes };
}

/** Whole percent; 100 only when everything is done. */
export function percentOf({ done, total }: Pick<AssemblyProgress, 'done' | 'total'>): number {
	return total > 0 ? Math.min(100, Math.floor((done / total) * 100)) : 0;
}

/** How a pack looks at the photographs of a sitter. */
export function faceText({ references, photos, cropSize }: PackManifest['identity']): string {
	const how =
		references === 'stack'
			? `It looks at ${photos ? `up to ${photos} photographs` : 'all photographs'} of a sitter side by side`
			: 'It takes the mean of all photographs of a sitter';
	return `${how}, each cut to the face (${cropSize} px). That happens in the sealed worker on this device; nothing of it is part of any download.`;
}

/** Why the studio does not start with a pack of this device, and what to do. */
export function keptPackText(error: WireError): ErrorText {
	const text = errorText(error);
	if (error.code !== 'pack-file-corrupt') return text;
	return {
		what: text.what,
		then: 'Its bytes do not match their checksum, so the pack was not used. Install it again on the Packs page, or go on with Pocket.'
	};
}
