/** The three takes of guided capture: what each asks for, and what to say while the person gets there. */
import type { FaceLook } from '$lib/contract/engine';
import type { PhotoRemarkCode } from '$lib/contract/faces';
import { remarkText } from './photo-words';

export interface Take {
	name: string;
	ask: string;
	/** Accepted yaw in degrees; positive is the sitter's own left. */
	yaw: readonly [least: number, most: number];
}

export const TAKES: readonly Take[] = [
	{ name: 'Front', ask: 'Look into the lens', yaw: [-10, 10] },
	{ name: 'Left', ask: 'Turn your head a little to your left', yaw: [14, 34] },
	{ name: 'Right', ask: 'Turn your head a little to your right', yaw: [-34, -14] }
];

/** Turning is what two of the takes ask for; closeness is judged at the camera's full size, after the take. */
const NOT_HINTED: readonly PhotoRemarkCode[] = [
	'turned',
	'face-small',
	'duplicate',
	'unlike-others'
];

/** Live advice, or null when this is a good moment. */
export function hintFor(take: Take, look: FaceLook | null): string | null {
	if (!look) return 'Looking for your face';
	if (look.faces === 0) return 'No face in view. Come into the light';
	if (look.faces > 1) return 'Several faces in view. One person at a time';
	const remark = look.remarks.find(({ code }) => !NOT_HINTED.includes(code));
	if (remark) {
		const { what, then } = remarkText(remark);
		return `${what}. ${then}`;
	}
	const yaw = look.pose?.yaw ?? 0;
	const [least, most] = take.yaw;
	if (yaw >= least && yaw <= most) return null;
	if (least < 0 && most > 0) return 'Face the camera';
	const towards = least > 0 ? yaw : -yaw;
	const asked = Math.min(Math.abs(least), Math.abs(most));
	if (towards < asked) return `Turn further to your ${least > 0 ? 'left' : 'right'}`;
	return 'Turn back a little';
}
