/**
 * The sealed worker: it sees faces and has no network. Wiring only; the work is in `stages` and `runtime`.
 *
 * Its policy comes with its own response (static/_headers). It proves at boot that the policy holds and
 * refuses to open a photograph otherwise.
 */
import type { PortraitBoot, PortraitWorkerApi } from '$lib/contract/worker-api';
import { expose, transfer } from 'comlink';
import { LuxError } from '$lib/contract/errors';
import { holdForLife } from './runtime/live';
import { settle } from './runtime/outcome';
import { relayProgress } from './runtime/progress-relay';
import { RunQueue } from './runtime/run-queue';
import { openStudio, type Studio } from './stages/open-studio';
import { lookAt } from './stages/look-at';
import { makePortrait } from './stages/make-portrait';
import { readReference } from './stages/read-reference';

class PortraitWorker implements PortraitWorkerApi {
	readonly #queue = new RunQueue();
	#studio: Studio | null = null;

	live(lockName: string): Promise<void> {
		return holdForLife(lockName);
	}

	boot(init: PortraitBoot, onProgress: Parameters<PortraitWorkerApi['boot']>[1]) {
		return settle(() =>
			relayProgress(onProgress, async (report) => {
				if (this.#studio) throw new LuxError('request-invalid', { detail: 'booted twice' });
				this.#studio = await openStudio(init, report);
				return this.#studio.report;
			})
		);
	}

	readReference(...[id, photo, onProgress]: Parameters<PortraitWorkerApi['readReference']>) {
		return settle(() =>
			relayProgress(onProgress, (report) =>
				this.#queue.run(id, (signal) => {
					const studio = this.#open();
					return studio.pack.reporting(report, () => readReference(studio, photo, signal, report));
				})
			)
		).then((outcome) => (outcome.ok ? transfer(outcome, [outcome.value.bytes]) : outcome));
	}

	lookAt(...[id, picture]: Parameters<PortraitWorkerApi['lookAt']>) {
		return settle(() => this.#queue.run(id, () => lookAt(this.#open().faces, picture)));
	}

	shootFrame(...[id, request, onProgress]: Parameters<PortraitWorkerApi['shootFrame']>) {
		return settle(() =>
			relayProgress(onProgress, (report) =>
				this.#queue.run(id, (signal) => {
					const studio = this.#open();
					return studio.pack.reporting(report, () => makePortrait(studio, request, signal, report));
				})
			)
		).then((outcome) => (outcome.ok ? transfer(outcome, [outcome.value.bytes]) : outcome));
	}

	cancel(id: number): void {
		this.#queue.cancel(id);
	}

	/** No studio, no photograph: an unsealed worker never gets past this. */
	#open(): Studio {
		if (!this.#studio) throw new LuxError('not-booted', {});
		return this.#studio;
	}
}

expose(new PortraitWorker());
