/** The canary: sealed where the policy is sent, and closed wherever it is not. */
import type { SealReport } from '$lib/contract/device';
import { describe, expect, it } from 'vitest';

/** A worker that runs the canary, served by the dev server without the portrait worker's policy. */
async function canaryWithout(policy: 'any policy' | 'reporting'): Promise<SealReport> {
	const worker =
		policy === 'any policy'
			? new Worker(new URL('./canary.worker.ts', import.meta.url), { type: 'module' })
			: new Worker(new URL('./silenced-canary.worker.ts', import.meta.url), { type: 'module' });
	try {
		return await new Promise((resolve, reject) => {
			worker.onmessage = ({ data }) => resolve(data as SealReport);
			worker.onerror = (event) => reject(new Error(event.message));
		});
	} finally {
		worker.terminate();
	}
}

describe('a worker without the policy', () => {
	it('is not sealed, although every attempt fails', async () => {
		const { sealed, attempts } = await canaryWithout('any policy');
		expect(sealed).toBe(false);
		expect(attempts.map(({ what, refused }) => [what, refused])).toEqual([
			['fetch-foreign', false],
			['fetch-own-origin', false],
			['websocket', false]
		]);
	});

	it('is not sealed when fetch fails for another reason', async () => {
		expect((await canaryWithout('reporting')).sealed).toBe(false);
	});
});
