/**
 * The right to shoot: one tab at a time, awake while it does.
 *
 * A Web Lock keeps two tabs from running two models on one device, and keeps a hidden tab from being frozen. Where the
 * browser has no locks the work simply runs.
 */

const LOCK = 'luxshot-generator';

/**
 * Runs `work` while this tab alone holds the generator and the screen stays on.
 * @param onWait called once if another tab holds it and this one has to wait
 */
export async function withGenerator(work: () => Promise<void>, onWait: () => void): Promise<void> {
	const guarded = () => awake(work);
	const locks = typeof navigator === 'undefined' ? undefined : navigator.locks;
	if (!locks) return guarded();
	const free = await locks.request(LOCK, { ifAvailable: true }, async (lock) => {
		if (lock) await guarded();
		return lock !== null;
	});
	if (free) return;
	onWait();
	await locks.request(LOCK, guarded);
}

/** The browser takes the wake lock away whenever the page is hidden: ask again when it is seen. */
async function awake(work: () => Promise<void>): Promise<void> {
	if (typeof navigator === 'undefined' || !('wakeLock' in navigator)) return work();
	let sentinel: WakeLockSentinel | null = null;
	let over = false;
	const hold = async () => {
		if (document.visibilityState !== 'visible') return;
		// Refused on low battery, for instance: the shoot goes on all the same.
		const held = await navigator.wakeLock.request('screen').catch(() => null);
		if (over) void held?.release();
		else sentinel = held;
	};
	const again = () => void hold();
	document.addEventListener('visibilitychange', again);
	void hold();
	try {
		await work();
	} finally {
		over = true;
		document.removeEventListener('visibilitychange', again);
		await (sentinel as WakeLockSentinel | null)?.release().catch(() => undefined);
	}
}
