/** Facts turned into a photographer's short sentences. */
import type { DeviceReport } from '$lib/contract/device';
import type { Direction, Intent } from '$lib/contract/direction';
import type { PackManifest } from '$lib/contract/manifest';
import type { LikenessBand } from '$lib/contract/likeness';
import type { Recipe, ShootOrigin, VariationDegree } from '$lib/contract/recipe';
import type { Stage } from '$lib/contract/progress';
import type { SkinDrift } from '$lib/contract/skin';
import { shootOf } from '$lib/direction/shoots';
import type { FrameStatus } from './frame';
import type { Order } from './order';

/** What the engine runs on and why, one sentence without a full stop. */
export function deviceText({ kind, reason, threads, adapter }: DeviceReport): string {
	const where =
		kind === 'webgpu'
			? `Runs on this device's graphics (WebGPU${adapter?.description ? `, ${adapter.description}` : ''})`
			: `Runs on this device's processor (WASM, ${threads === 1 ? '1 thread' : `${threads} threads`})`;
	return `${where}: ${reasonText(reason)}`;
}

function reasonText(reason: DeviceReport['reason']): string {
	switch (reason) {
		case 'hardware-adapter':
			return 'the graphics adapter passed its test';
		case 'override':
			return 'you asked for it';
		case 'no-webgpu':
			return 'this browser has no WebGPU';
		case 'no-adapter':
			return 'no graphics adapter found';
		case 'software-adapter':
			return 'the graphics adapter is a software one, which is slower';
		case 'limits-too-small':
			return 'the graphics adapter is too small for this pack';
		case 'self-test-failed':
			return 'the graphics adapter computes wrong numbers';
		case 'device-lost':
			return 'the graphics driver stopped';
	}
}

/** What happens in the step of a frame, for the short while outside the exposing loop. */
export function stageText(stage: Stage): string {
	switch (stage) {
		case 'read-photo':
			return 'reading the photograph';
		case 'detect-face':
			return 'finding the face';
		case 'align-face':
			return 'straightening the face';
		case 'encode-identity':
			return 'reading the face';
		case 'encode-direction':
			return 'reading the direction';
		case 'denoise':
			return 'exposing';
		case 'decode':
			return 'developing';
		case 'clothes-detail':
			return 'going over the clothes';
		case 'face-detail':
			return 'going over the face';
		case 'match-skin':
			return 'matching the skin';
		case 'score-likeness':
			return 'comparing';
		case 'encode-image':
			return 'fixing';
	}
}

export function statusText(status: FrameStatus): string {
	switch (status) {
		case 'waiting':
			return 'waiting';
		case 'exposing':
			return 'exposing';
		case 'done':
			return 'done';
		case 'stopped':
			return 'stopped';
		case 'failed':
			return 'no light';
		case 'binned':
			return 'in the bin';
	}
}

export function orderText(order: Order): string {
	switch (order) {
		case 'shot':
			return 'As shot';
		case 'likeness':
			return 'By likeness';
		case 'favourites':
			return 'Favourites first';
	}
}

export function intentText(intent: Intent): string {
	return intent === 'headshot' ? 'Headshot' : 'Editorial';
}

/** What came or goes as a link, by the names of the twelve: names a person gave are not in it. */
export function sharedTitle(
	{ direction, counterpart }: { direction: Direction; counterpart: Direction | null },
	unnamed: string
): string {
	const name = shootOf(direction)?.name ?? unnamed;
	return counterpart ? `${name} and ${shootOf(counterpart)?.name ?? 'its counterpart'}` : name;
}

/** Likeness as a whole number out of 100. @param cosine in [-1, 1] */
export function likenessNumber(cosine: number): number {
	return Math.max(0, Math.round(cosine * 100));
}

/**
 * Likeness in words: the steps were measured for the pack's own face encoder (docs/likeness.md), and are no promise about
 * people.
 * @param cosine null where no face was found, and where the pack's face encoder compares nobody
 * @param band null or absent where the pack has no scale, or had none when the frame was made
 * @param faceFound tells the two apart
 */
export function likenessText(
	cosine: number | null,
	band: LikenessBand | null | undefined,
	faceFound: boolean
): string {
	if (cosine === null)
		return faceFound ? 'this pack does not judge likeness' : 'no face found in the picture';
	switch (band) {
		case 'close':
			return 'close to the references';
		case 'near':
			return 'near the references';
		case 'distant':
			return 'a distant likeness';
		case 'unlike':
			return 'hardly a likeness';
		default:
			return 'this pack has no scale for likeness';
	}
}

/** A warning when skin came out lighter or darker than the references show it; null within the usual spread. */
export function skinText(drift: SkinDrift | null): string | null {
	if (!drift || Math.abs(drift.degrees) <= drift.limit) return null;
	return drift.degrees > 0
		? 'The skin came out lighter than in the references'
		: 'The skin came out darker than in the references';
}

/** "About 11 s left", "About 2 min left". */
export function timeLeftText(milliseconds: number): string {
	const seconds = Math.ceil(milliseconds / 1000);
	return seconds < 100
		? `About ${seconds} s left`
		: `About ${Math.round(milliseconds / 60_000)} min left`;
}

/** One decimal below 10 s, none above. */
export function secondsText(milliseconds: number): string {
	const seconds = milliseconds / 1000;
	return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

export function megabytesText(bytes: number): string {
	return (bytes / 1e6).toFixed(1);
}

/** Two digits, as on the edge of a film. @param index from 0 */
export function frameNumber(index: number): string {
	return String(index + 1).padStart(2, '0');
}

/** Name of a shoot on its sheet: where it came from belongs to it. */
export function shootTitle({ name, origin }: { name: string; origin?: ShootOrigin }): string {
	return origin ? `${name}, ${originText(origin)}` : name;
}

function originText(origin: ShootOrigin): string {
	const source = `frame ${frameNumber(origin.frameIndex)}`;
	return origin.kind === 'rerun' ? `${source} again` : `${origin.degree} variations of ${source}`;
}

/** For example "Frame 02, seed 4122." @param index from 0 */
export function recipeText(index: number, seed: number, origin?: ShootOrigin): string {
	const which = `Frame ${frameNumber(index)}, seed ${seed}`;
	if (!origin) return `${which}.`;
	const source = `frame ${frameNumber(origin.frameIndex)}`;
	return origin.kind === 'rerun'
		? `${which}, ${source} run again.`
		: `${which}, a ${origin.degree} variation of ${source}.`;
}

/** Pack and the start of its hash, for example "pocket 3fa94c01". */
export function packName({ packId, packHash }: Pick<Recipe, 'packId' | 'packHash'>): string {
	return `${packId} ${packHash.slice(0, 8)}`;
}

export function variationNote(degree: VariationDegree): string {
	return degree === 'subtle' ? 'This frame, a breath later' : 'Same direction, another moment';
}

/** Why a frame cannot be made again. */
export function againText(
	block: 'starting' | 'sitter-gone' | 'other-pack',
	sitterName: string
): string {
	switch (block) {
		case 'starting':
			return 'The darkroom is starting';
		case 'sitter-gone':
			return `${sitterName} was removed, and the photographs with it`;
		case 'other-pack':
			return 'Made with other weights than those here';
	}
}

/** What a re-run promises. @param sameDevice it runs where the frame was made, graphics or processor */
export function rerunNote(sameDevice: boolean): string {
	return sameDevice
		? 'Same seed and recipe: the same picture, byte for byte'
		: 'Made on other hardware: a few pixels may differ';
}

/** How a re-run came out. */
export function identicalText(identical: boolean): string {
	return identical
		? 'The same as the first time, byte for byte'
		: 'Not the same bytes as the first time: the photographs or the hardware changed';
}

/** For example "Rooftop Dusk, frame 02". @param index from 0 */
export function frameTitle(shoot: string, index: number): string {
	return `${shoot}, frame ${frameNumber(index)}`;
}

export function framesText(count: number): string {
	return count === 1 ? '1 frame' : `${count} frames`;
}

export function photographsText(count: number): string {
	return count === 1 ? '1 photograph' : `${count} photographs`;
}

export function sittersText(count: number): string {
	return count === 1 ? '1 sitter' : `${count} sitters`;
}

/** Said after something was deleted. @param index of the frame, from 0; null for the whole shoot */
export function binnedText(shoot: string, index: number | null): string {
	return index === null
		? `${shoot} is in the bin`
		: `Frame ${frameNumber(index)} of ${shoot} is in the bin`;
}

/** 24 hours, as on a camera. Without Intl: its first formatter costs a slow phone an eighth of a second, before the first press. */
export function clockText(time: number): string {
	const date = new Date(time);
	const two = (value: number) => String(value).padStart(2, '0');
	return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function dateText(time: number): string {
	return new Date(time).toLocaleDateString(undefined, { day: 'numeric', month: 'long' });
}

/** What to expect of a pack whose version says that it is not finished; null for a finished one. */
export function packText({ title, version }: PackManifest): string | null {
	if (!version.startsWith('0.')) return null;
	return `${title} ${version} is an early pack: expect soft, painterly portraits with little likeness yet`;
}
