/** Names of files that leave the app: plain letters, so that every system takes them. */

/** For example `luxshot-rooftop-dusk-ines-4121.png`. */
export function portraitName(shoot: string, sitter: string, seed: number): string {
	return `luxshot-${slug(shoot)}-${slug(sitter)}-${seed}.png`;
}

/** For example `luxshot-team-page-sheet.png`. */
export function sheetName(shoot: string): string {
	return `luxshot-${slug(shoot)}-sheet.png`;
}

/** For example `luxshot-team-page.zip`. */
export function archiveName(shoot: string): string {
	return `luxshot-${slug(shoot)}.zip`;
}

/**
 * Names inside an archive, for example `01-ines.png`: in order, so that the folder looks like the sheet, and each one
 * different from the others even where two people have one name.
 */
export function memberNames(labels: readonly string[]): string[] {
	const digits = String(labels.length).length;
	return labels.map(
		(label, i) => `${String(i + 1).padStart(Math.max(2, digits), '0')}-${slug(label)}.png`
	);
}

function slug(text: string): string {
	const plain = text
		.normalize('NFKD')
		.replace(/\p{M}/gu, '')
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, '-')
		.replace(/^-|-$/g, '');
	return plain.slice(0, 60).replace(/-$/, '') || 'untitled';
}
