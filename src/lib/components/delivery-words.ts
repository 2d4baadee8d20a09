/** What is said about crops, teams and files. */
import { CROP_RATIO, type CropFit, type CropId } from '$lib/contract/crops';
import type { Direction } from '$lib/contract/direction';
import { describeDirection } from '$lib/direction/compile';

/** For example "Profile 4:5". */
export function cropText(id: CropId): string {
	if (id === 'whole') return 'As shot';
	const name = { avatar: 'Avatar', badge: 'Badge', profile: 'Profile', banner: 'Banner' }[id];
	return `${name} ${CROP_RATIO[id].join(':')}`;
}

/** How a crop came about; null where there is nothing to say. */
export function cropNote(fit: CropFit): string | null {
	switch (fit) {
		case 'whole':
			return null;
		case 'face':
			return 'Placed by the face';
		case 'moved':
			return 'The face is too large or too near the edge for this shape, so it is not quite in its place';
		case 'no-face':
			return 'No face was found to go by, so its place is a guess';
	}
}

/** Width to height in whole numbers, for example "4:5". @param size in pixels */
export function ratioText({ width, height }: { width: number; height: number }): string {
	const divisor = commonDivisor(width, height);
	return `${width / divisor}:${height / divisor}`;
}

function commonDivisor(a: number, b: number): number {
	return b === 0 ? a : commonDivisor(b, a % b);
}

/** "1 person", "6 people". */
export function peopleText(count: number): string {
	return count === 1 ? '1 person' : `${count} people`;
}

/** What a team has in common, for its standfirst. @param same everyone was shot with one seed */
export function teamText(direction: Direction, same: boolean): string {
	return `${describeDirection(direction)} ${same ? 'One seed for everyone.' : 'A seed for each.'}`;
}

/** While a file is being made. */
export function exportText({ done, total }: { done: number; total: number }): string {
	return `${done} of ${total} pictures`;
}
