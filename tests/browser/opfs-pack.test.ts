/** The same assembly as in Node's tests, on the browser's own file system. */
import { expect, it } from 'vitest';

it('a pack in OPFS: stopped, gone on with, verified, damaged, removed', async () => {
	const worker = new Worker(new URL('./opfs-pack.worker.ts', import.meta.url), { type: 'module' });
	try {
		const seen = await new Promise((resolve, reject) => {
			worker.onmessage = ({ data }) => resolve(data);
			worker.onerror = (event) => reject(new Error(event.message));
		});
		expect(seen).toEqual({
			stopped: 'cancelled',
			'visible when stopped': [],
			'folders when stopped': ['toy'],
			chunks: 2,
			visible: ['toy'],
			last: [0xff, 0x67],
			journal: [null, null],
			damaged: 'pack-file-corrupt',
			'past the end': 'RangeError',
			absent: null,
			left: []
		});
	} finally {
		worker.terminate();
	}
});
