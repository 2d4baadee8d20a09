/**
 * Kit hides its route announcer with a style attribute, which `style-src 'self'` refuses on every
 * page. src/app.css hides it instead, so that a policy violation always means something.
 *
 * @returns {import('vite').Plugin}
 */
export function plainAnnouncer() {
	return {
		name: 'luxshot:plain-announcer',
		enforce: 'pre',
		transform: {
			filter: { id: /generated\/root\.svelte$/ },
			handler: (code) => code.replace(/ style="[^"]*"/, '')
		}
	};
}
