/** `npm start`: install what is missing, build, serve with security headers, print the URL. */
import { ensurePackages, run } from './setup.mjs';

try {
	ensurePackages();
	run('npm', ['run', '--silent', 'build']);
	const { serve } = await import('./serve.mjs');
	const { url } = await serve({ dir: 'build', port: Number(process.env.PORT ?? 4173) });
	console.log(`\nLuxShot is open at ${url}\nPress Ctrl+C to close the studio.`);
} catch (error) {
	console.error(`\n${error instanceof Error ? error.message : error}`);
	process.exit(1);
}
