/** The wording of every error: what happened, then what to do. Codes are data, this is the only prose. */
import type { WireError } from '$lib/contract/errors';
import { assemblyText } from './assembly-text';

export interface ErrorText {
	/** A short heading. */
	what: string;
	/** One or two sentences. */
	then: string;
}

export function errorText(error: WireError): ErrorText {
	switch (error.code) {
		case 'photo-empty':
			return say('The file is empty', 'It holds 0 bytes. Copy it again from where it came.');
		case 'photo-not-an-image':
			return say('This is not a picture', 'Use a JPEG, PNG, WebP or AVIF photograph.');
		case 'photo-svg':
			return say('SVG is a drawing', 'A photograph is needed. Export it as PNG or JPEG first.');
		case 'photo-heic':
			return say(
				'This browser cannot read HEIC',
				'Save the photograph as JPEG, or set the camera to "Most compatible".'
			);
		case 'photo-animated':
			return say('This picture moves', 'Save one still of it as JPEG or PNG and use that.');
		case 'photo-truncated':
			return say('The end of the file is missing', 'Copy or download the photograph again.');
		case 'photo-undecodable':
			return say(
				'The file cannot be read',
				'It is damaged, or of a kind this browser does not know. Save it again as JPEG.'
			);
		case 'photo-too-many-bytes':
			return say(
				`${megabytes(error.params.bytes)} is too large`,
				`A photograph may have up to ${megabytes(error.params.limit)}. Save a smaller copy.`
			);
		case 'photo-too-many-pixels':
			return say(
				`${error.params.width} x ${error.params.height} is too large`,
				`A photograph may have up to ${megapixels(error.params.limit)}. Save a smaller copy.`
			);
		case 'photo-too-small':
			return say(
				`${error.params.width} x ${error.params.height} is too small`,
				`Each side needs at least ${error.params.minimum} pixels. Use the original photograph.`
			);
		case 'photo-no-face':
			return say('No face found', 'Try a photograph where both eyes show.');
		case 'photo-share-failed':
			return say(
				'What you shared did not arrive',
				'There is no room for it on this device, or too much came at once. Choose the photographs here instead.'
			);
		case 'photo-several-faces':
			return say(
				`${error.params.count} faces found`,
				'A reference is about one person. Say whose face is meant.'
			);
		case 'seal-broken':
			return say(
				'The privacy seal did not hold',
				`The ${error.params.worker} worker could reach the network, so no photograph is read. Serve LuxShot with its security headers.`
			);
		case 'worker-died':
			return say(
				'The darkroom stopped',
				'The browser ended the worker, most often for want of memory. Shoot again; it starts afresh.'
			);
		case 'worker-unresponsive':
			return say('The darkroom did not answer', 'It was restarted. Shoot again.');
		case 'cancelled':
			return say('Stopped', 'You stopped it. Shoot again when you like.');
		case 'pack-download-failed':
			return say(
				`${error.params.file} did not arrive`,
				error.params.status === 0
					? 'There was no connection. Go online and try again.'
					: `The server answered ${error.params.status}. Try again in a moment.`
			);
		case 'pack-manifest-invalid':
			return say('The pack cannot be read', `Reload the page. Detail: ${error.params.detail}.`);
		case 'pack-file-corrupt':
			return say(
				`${error.params.file} is damaged`,
				'Its bytes do not match their checksum, so it was not used. Try again to fetch it afresh.'
			);
		case 'pack-unsuitable':
			return say(
				'This pack does not suit this device',
				`Nothing was changed. Detail: ${error.params.detail}.`
			);
		case 'pack-not-kept':
			return say(
				'This pack is not on this device',
				'It was removed, or never finished installing. Install it on the Packs page, or go on with another.'
			);
		case 'pack-busy':
			return say(
				'Packs are being worked on in another tab',
				'Nothing was changed here. Wait until that is done, or go on there.'
			);
		case 'checkpoint-unreadable':
		case 'checkpoint-unsafe':
		case 'checkpoint-tensor-wrong':
		case 'assembly-recipe-invalid':
		case 'assembly-corrupt':
		case 'assembly-no-room':
		case 'source-unreachable':
		case 'source-refused':
		case 'source-busy':
		case 'source-stalled':
		case 'source-no-ranges':
		case 'source-changed':
		case 'source-wrong-size':
		case 'source-wrong-hash':
			return say(...assemblyText(error));
		case 'runtime-failed':
			return say(
				`The step "${error.params.stage}" failed`,
				`Shoot it again. Detail: ${error.params.detail}.`
			);
		case 'device-lost':
			return say('The graphics driver stopped', 'Shoot it again; it runs on the processor now.');
		case 'out-of-memory':
			return say(
				'Not enough memory',
				`It ran out at the step "${error.params.stage}". Close other tabs and shoot it again.`
			);
		case 'result-not-finite':
			return say(
				'The picture came out broken',
				'The numbers were not finite, so it is not shown. Shoot it again with another seed.'
			);
		case 'request-invalid':
			return say('That cannot be shot', `Change it and try again: ${error.params.detail}.`);
		case 'not-booted':
			return say('The darkroom is not ready', 'Shoot again; it starts first.');
		case 'source-gone':
			return say(
				'The frame it starts from is gone',
				'It was deleted for good, so there is nothing to start from. Shoot from another frame.'
			);
		case 'recipe-other-pack':
			return say(
				'It was made with other weights',
				`The recipe asks for pack ${error.params.packId} as it was then. Only that pack makes the same picture.`
			);
		case 'storage-full':
			return say(
				'This device has no room left',
				'It was not kept. Download it now, or free some space and shoot again.'
			);
		case 'storage-unavailable':
			return say(
				'The browser refuses storage',
				'Nothing can be kept in this window. Leave private browsing, or download what you need.'
			);
		case 'storage-blocked':
			return say('Another tab holds the storage', 'Close other LuxShot tabs and reload this page.');
		case 'shoot-unnamed':
			return say('This shoot has no name', 'Write one, for example "Balcony".');
		case 'shoot-name-taken':
			return say(
				`There is a shoot called ${error.params.name}`,
				error.params.given
					? 'It is one of the twelve. Choose another name.'
					: 'It is one of yours. Choose another name, or rename that one first.'
			);
		case 'export-failed':
			return say(
				'The file could not be made',
				`Nothing was lost. Close other tabs and try again. Detail: ${error.params.detail}.`
			);
		case 'link-too-long':
			return say('This link is too long', 'It was not opened. Ask for it again.');
		case 'link-newer':
			return say(
				'This link is from a newer LuxShot',
				'Reload the page to update, then open the link again.'
			);
		case 'link-damaged':
			return say(
				'This link is damaged',
				'Something in it was cut or changed, so it was not opened. Ask for it again.'
			);
		case 'unexpected':
			return say('Something failed', `Try again. Detail: ${error.params.detail}.`);
	}
}

function say(what: string, then: string): ErrorText {
	return { what, then: then.replace(/\.\.$/, '.') };
}

function megabytes(bytes: number): string {
	return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

function megapixels(pixels: number): string {
	return `${Math.round(pixels / 1e6)} megapixels`;
}
