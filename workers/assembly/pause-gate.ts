/** Lets a long task rest between two pieces of its work. */
export class PauseGate {
	private opened: Promise<void> | null = null;
	private open: () => void = () => undefined;

	get paused(): boolean {
		return this.opened !== null;
	}

	pause(): void {
		this.opened ??= new Promise((resolve) => {
			this.open = resolve;
		});
	}

	resume(): void {
		this.opened = null;
		this.open();
	}

	/** Resolves when it is not paused; rejects with the signal's reason, paused or not. */
	async pass(signal: AbortSignal): Promise<void> {
		signal.throwIfAborted();
		while (this.opened) {
			const opened = this.opened;
			await new Promise<void>((resolve, reject) => {
				const stop = () => reject(signal.reason as Error);
				signal.addEventListener('abort', stop, { once: true });
				void opened.then(() => {
					signal.removeEventListener('abort', stop);
					resolve();
				});
			});
		}
	}
}
