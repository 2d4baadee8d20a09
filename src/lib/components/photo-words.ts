/** What is said about a weak reference: one short finding, and what would help. */
import type { PhotoRemark } from '$lib/contract/faces';
import type { ErrorText } from './error-text';

export function remarkText({ code, value }: PhotoRemark): ErrorText {
	switch (code) {
		case 'face-small':
			return {
				what: 'Small face',
				then: `Only ${Math.round(value)} pixels between the eyes. Come closer.`
			};
		case 'blurred':
			return {
				what: 'Soft focus',
				then: 'Skin and lashes run together. Hold still, or use the original.'
			};
		case 'dark':
			return { what: 'Dark', then: 'The face lies in shadow. Turn towards a window.' };
		case 'blown-out':
			return {
				what: 'Blown out',
				then: 'Parts of the face are pure white. Move out of the glare.'
			};
		case 'low-contrast':
			return {
				what: 'Flat',
				then: 'Light and shade hardly differ. Wipe the lens, or avoid haze and filters.'
			};
		case 'turned':
			return {
				what: 'Turned away',
				then: `The head is turned ${degrees(value)}. One such view is fine beside others.`
			};
		case 'tilted':
			return { what: 'Tilted', then: `The head is tipped ${degrees(value)}. Keep it level.` };
		case 'eyes-closed':
			return { what: 'Eyes closed', then: 'Take one with open eyes.' };
		case 'covered':
			return {
				what: 'Partly covered',
				then: 'Something hides the eyes or the mouth. Take off sunglasses or mask.'
			};
		case 'duplicate':
			return { what: 'Same picture again', then: 'Another view would say more about the face.' };
		case 'unlike-others':
			return {
				what: 'Not like the others',
				then: 'If this is somebody else, take it away: two people in one sitter become a mixture.'
			};
	}
}

/** One line for a list: the first finding, and how many more there are. */
export function remarksLine(remarks: readonly PhotoRemark[]): string {
	return remarks.map((remark) => remarkText(remark).what).join(', ');
}

function degrees(value: number): string {
	return `${Math.round(Math.abs(value))} degrees`;
}
