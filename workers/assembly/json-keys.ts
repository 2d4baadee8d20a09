/** Finds a key that an object of a JSON text names twice: `JSON.parse` keeps the last one without a word. */

// Outside strings only these matter; a string is taken whole, with its escapes.
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/gs;

/**
 * @param json Text that `JSON.parse` accepts; anything else gives no useful answer.
 * @returns The first repeated key, or null.
 */
export function findDuplicateKey(json: string): string | null {
	/** One entry an open bracket: the keys seen so far, or null for an array. */
	const open: (Set<string> | null)[] = [];
	let text = '';
	for (const [token] of json.matchAll(TOKEN)) {
		if (token === '{') open.push(new Set());
		else if (token === '[') open.push(null);
		else if (token === '}' || token === ']') open.pop();
		else if (token === ':') {
			// "a" and "\u0061" are the same key.
			const key = JSON.parse(text) as string;
			const keys = open.at(-1);
			if (keys?.has(key)) return key;
			keys?.add(key);
		} else if (token !== ',') text = token;
	}
	return null;
}
