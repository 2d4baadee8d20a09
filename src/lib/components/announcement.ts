/** What a screen reader is told about the run: frames, not steps, which would never stop talking. */
import { errorText } from './error-text';
import type { FrameMark } from '$lib/contract/recipe';
import type { FrameFacts, SheetFacts } from './frame';
import { frameTitle, intentText, likenessText } from './words';

export function announcement(
	event: {
		kind: 'started' | 'done' | 'failed' | 'stopped';
		sheet: SheetFacts;
		frame: FrameFacts;
	} | null
): string {
	if (!event) return '';
	const { index, intent, member } = event.frame;
	const aside = member?.name ?? (intent && intentText(intent));
	const side = aside ? `, ${aside},` : '';
	const which = `Frame ${index + 1} of ${event.sheet.frames.length}${side}`;
	switch (event.kind) {
		case 'started':
			return `${which} is being exposed.`;
		case 'done':
			return `${which} is done, ${likenessOf(event.frame)}.`;
		case 'stopped':
			return `${which} was stopped.`;
		case 'failed':
			return event.frame.error
				? `${which} failed. ${errorText(event.frame.error).what}. ${errorText(event.frame.error).then}`
				: `${which} failed.`;
	}
}

function likenessOf({ likeness, likenessBand, faceFound }: FrameFacts): string {
	return likenessText(likeness, likenessBand, faceFound);
}

/** What a screen reader is told about a decision. */
export function markAnnouncement(
	decision: { frame: Pick<FrameFacts, 'index'>; mark: FrameMark | null } | null
): string {
	if (!decision) return '';
	const which = `Frame ${decision.frame.index + 1}`;
	if (decision.mark === null) return `${which} is undecided again.`;
	return decision.mark === 'favourite' ? `${which} is a favourite.` : `${which} is rejected.`;
}

/** What a screen reader is told about something that came back from the bin. */
export function binAnnouncement(
	back: { sheet: { shoot: { name: string } }; frame: Pick<FrameFacts, 'index'> | null } | null
): string {
	if (!back) return '';
	const { name } = back.sheet.shoot;
	return `${back.frame ? frameTitle(name, back.frame.index) : name} is back.`;
}

/** Getting ready, in as few words as there are parts: bytes and numbers would be read out without end. */
export function bootAnnouncement(
	status: 'idle' | 'booting' | 'ready' | 'failed',
	phase: { kind: 'starting' | 'reading' | 'checking' | 'compiling' }
): string {
	if (status === 'ready') return 'Ready to shoot.';
	if (status !== 'booting') return '';
	if (phase.kind === 'reading') return 'Reading the pack.';
	if (phase.kind === 'checking') return 'Checking the pack.';
	return phase.kind === 'compiling' ? 'Setting up.' : 'Starting.';
}

/** What a screen reader is told about a file that was handed over. */
export function exportAnnouncement(saved: string | null): string {
	return saved ? `${saved} is saved.` : '';
}
