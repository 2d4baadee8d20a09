import { isLuxError } from '$lib/contract/errors';
import { breathe, RunQueue } from '$workers/runtime/run-queue';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('RunQueue', () => {
	it('runs one task at a time, in order', async () => {
		const queue = new RunQueue();
		const events: string[] = [];
		const task = (name: string) => async () => {
			events.push(`${name} starts`);
			await breathe();
			events.push(`${name} ends`);
			return name;
		};
		const results = await Promise.all([queue.run(1, task('a')), queue.run(2, task('b'))]);
		expect(results).toEqual(['a', 'b']);
		expect(events).toEqual(['a starts', 'a ends', 'b starts', 'b ends']);
	});

	it('goes on after any mix of failures and cancels', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.constantFrom('works', 'throws', 'throws at once', 'is cancelled'), {
					minLength: 1,
					maxLength: 12
				}),
				async (kinds) => {
					const queue = new RunQueue();
					let active = 0;
					const runs = kinds.map((kind, id) =>
						queue.run(id, (signal) => {
							if (kind === 'throws at once') throw new Error(kind);
							return (async () => {
								expect(++active).toBe(1);
								await breathe();
								active--;
								signal.throwIfAborted();
								if (kind === 'throws') throw new Error(kind);
								return id;
							})();
						})
					);
					kinds.forEach((kind, id) => kind === 'is cancelled' && queue.cancel(id));
					const settled = await Promise.allSettled(runs);
					expect(settled.map(({ status }) => status)).toEqual(
						kinds.map((kind) => (kind === 'works' ? 'fulfilled' : 'rejected'))
					);
					expect(await queue.run(99, async () => 'after')).toBe('after');
				}
			),
			{ numRuns: 40 }
		);
	});

	it('never starts a task cancelled in the queue', async () => {
		const queue = new RunQueue();
		let started = false;
		const first = queue.run(1, () => breathe());
		const second = queue.run(2, async () => {
			started = true;
		});
		queue.cancel(2);
		await first;
		await expect(second).rejects.toSatisfy((error) => isLuxError(error, 'cancelled'));
		expect(started).toBe(false);
	});

	it('ignores cancels of unknown and finished runs, and refuses a taken id', async () => {
		const queue = new RunQueue();
		queue.cancel(5);
		const run = queue.run(5, () => breathe());
		await expect(queue.run(5, () => breathe())).rejects.toSatisfy((error) =>
			isLuxError(error, 'request-invalid')
		);
		await run;
		queue.cancel(5);
		expect(await queue.run(5, async () => 'again')).toBe('again');
	});
});
