/** Reads `static/_headers` (the syntax of Netlify and Cloudflare Pages), so that what is tested is what ships. */

/**
 * @typedef {object} HeaderRule
 * @property {RegExp} pattern Matches a whole path.
 * @property {[name: string, value: string][]} headers
 */

/**
 * @param {string} text Contents of a `_headers` file.
 * @returns {HeaderRule[]} In file order.
 * @throws {SyntaxError} naming the line: a policy that is silently dropped would be worse than no server.
 */
export function parseHeaders(text) {
	/** @type {HeaderRule[]} */
	const rules = [];
	text.split(/\r?\n/).forEach((line, index) => {
		const content = line.trim();
		if (content === '' || content.startsWith('#')) return;
		const fail = (/** @type {string} */ why) => new SyntaxError(`_headers:${index + 1}: ${why}`);
		if (!/^\s/.test(line)) {
			if (!content.startsWith('/')) throw fail('a path must start with /');
			rules.push({ pattern: toPattern(content), headers: [] });
			return;
		}
		const rule = rules.at(-1);
		if (!rule) throw fail('a header before the first path');
		const header = /^([A-Za-z0-9-]+):\s*(\S.*)$/.exec(content);
		if (!header) throw fail('not "Name: value"');
		rule.headers.push([/** @type {string} */ (header[1]), /** @type {string} */ (header[2])]);
	});
	return rules;
}

/** `*` stands for any characters, `:name` for one path segment. @param {string} path */
function toPattern(path) {
	const source = path
		.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
		.replace(/\*/g, '.*')
		.replace(/:[A-Za-z]\w*/g, '[^/]+');
	return new RegExp(`^${source}$`);
}

/**
 * @param {HeaderRule[]} rules
 * @param {string} pathname Below the base path, starting with `/`.
 * @returns {Record<string, string>} Values of a header named by several rules are joined by a comma.
 */
export function headersFor(rules, pathname) {
	/** @type {Map<string, [name: string, value: string]>} */
	const found = new Map();
	for (const { pattern, headers } of rules) {
		if (!pattern.test(pathname)) continue;
		for (const [name, value] of headers) {
			const before = found.get(name.toLowerCase());
			found.set(name.toLowerCase(), before ? [before[0], `${before[1]}, ${value}`] : [name, value]);
		}
	}
	return Object.fromEntries(found.values());
}
