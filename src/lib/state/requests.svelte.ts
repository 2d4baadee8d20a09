/** What this page contacted since it was opened, as the browser itself recorded it. */

export class RequestLog {
	/** Distinct foreign origins with the number of requests made to each. */
	foreign = $state.raw<readonly { origin: string; count: number }[]>([]);
	ownFiles = $state(0);
	/** Bytes over the network, bodies and headers; cached files count 0. */
	ownBytes = $state(0);
	/** Attempts the policy refused before they left. */
	refused = $state(0);
	/** Milliseconds since the epoch; 0 while the page is not open in a browser. */
	since = $state(0);
	/** What the pack worker fetched because somebody installed a pack; no such request carries anything of a person. */
	packs = $state.raw<{ host: string; title: string; bytes: number } | null>(null);

	get foreignCount(): number {
		return this.foreign.reduce((sum, { count }) => sum + count, 0);
	}

	/**
	 * Starts counting, from the first request of the page on.
	 * A worker's requests are not on this list: the seal proves that the one that sees faces makes none.
	 * @returns stops counting
	 */
	watch(): () => void {
		this.since = performance.timeOrigin;
		const observer = new PerformanceObserver((list) => this.#count(list.getEntries()));
		observer.observe({ type: 'resource', buffered: true });
		const refuse = () => (this.refused += 1);
		addEventListener('securitypolicyviolation', refuse);
		return () => {
			observer.disconnect();
			removeEventListener('securitypolicyviolation', refuse);
		};
	}

	/** Bytes of a pack that came from a hub. */
	fetched(host: string, title: string, bytes: number): void {
		const before = this.packs?.host === host && this.packs.title === title ? this.packs : null;
		this.packs = { host, title, bytes: (before?.bytes ?? 0) + bytes };
	}

	#count(entries: readonly PerformanceEntry[]): void {
		for (const entry of entries) {
			const url = URL.parse(entry.name, location.href);
			if (!url || url.protocol === 'blob:' || url.protocol === 'data:') continue;
			if (url.origin === location.origin) {
				this.ownFiles += 1;
				if (entry instanceof PerformanceResourceTiming) this.ownBytes += entry.transferSize;
			} else this.#countForeign(url.origin);
		}
	}

	#countForeign(origin: string): void {
		const known = this.foreign.find((entry) => entry.origin === origin);
		const others = this.foreign.filter((entry) => entry !== known);
		this.foreign = [...others, { origin, count: (known?.count ?? 0) + 1 }];
	}
}
