/** The corpus for tests, in Node and in the browser alike: Vite hands the files over inside the module. */
const inlined = import.meta.glob<string>('./files/*', {
	query: '?url&inline',
	import: 'default',
	eager: true
});

export const corpusFiles = Object.keys(inlined).map((path) => path.slice('./files/'.length));

/** @throws Error for a name that is not in the corpus. */
export function readCorpus(file: string): Uint8Array<ArrayBuffer> {
	const url = inlined[`./files/${file}`];
	if (url === undefined) throw new Error(`${file} is not in tests/corpus/files`);
	const [, base64] = url.split(';base64,');
	if (base64 === undefined)
		throw new Error(`Vite did not hand over the bytes of ${file} as they are`);
	return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
