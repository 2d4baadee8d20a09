/** What `serve` needs beside the built app so that a pack of random weights is on offer in it, with the hub that its weights come from. */
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {{ folder: string, name: string, hub: import('./fake-hub.mjs').Hub }} offer `folder` is what the app brings; it is served as
 *   `packs/NAME/`, the only one on offer. The hub is at `hub/`, which the Packs page calls "This site".
 * @returns {import('./serve.mjs').ServeOptions['before']}
 */
export function offerPack({ folder, name, hub }) {
	return (request, response) => {
		const [path = ''] = (request.url ?? '').split('?');
		if (path.startsWith('/hub/')) {
			request.url = path.slice('/hub'.length);
			void hub.handle(request, response);
			return true;
		}
		response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
		if (path === '/packs/packs.json') {
			response.end(JSON.stringify({ offers: [name] }));
			return true;
		}
		const prefix = `/packs/${name}/`;
		const file = join(folder, path.slice(prefix.length));
		if (!path.startsWith(prefix) || !existsSync(file)) return false;
		createReadStream(file).pipe(response);
		return true;
	};
}
