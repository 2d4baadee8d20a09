/**
 * The canary: a sealed worker tries to reach the network and must see its own policy refuse.
 *
 * A failed request proves nothing (the network may be down), so an attempt counts as refused only when
 * the browser reports the violation of an enforced policy for exactly that address. Silence, a policy in
 * report-only mode or a browser that does not report all count as not sealed: the test fails closed.
 */
import type { SealReport } from '$lib/contract/device';

type Attempt = SealReport['attempts'][number];

/** `.invalid` (RFC 2606) resolves nowhere: even an unsealed worker sends nothing to anybody. */
const FOREIGN_FETCH = 'https://canary.invalid/';
const FOREIGN_SOCKET = 'wss://canary.invalid/';

/** Violation events follow the refusal within a task or two; a second is far beyond that. */
const TIMEOUT_MILLISECONDS = 1000;

/** @param origin The worker's own origin, which must be as unreachable as any other. */
export async function proveSeal(
	scope: DedicatedWorkerGlobalScope,
	origin: string
): Promise<SealReport> {
	// A query nobody serves: a cached or unsealed answer cannot be mistaken for anything.
	const own = `${origin}/?canary`;
	const attempts: Attempt[] = [
		{
			what: 'fetch-foreign',
			refused: await refused(scope, FOREIGN_FETCH, () => void fetch(FOREIGN_FETCH).catch(ignore))
		},
		{
			what: 'fetch-own-origin',
			refused: await refused(scope, own, () => void fetch(own).catch(ignore))
		},
		{
			what: 'websocket',
			refused: await refused(scope, FOREIGN_SOCKET, () => new WebSocket(FOREIGN_SOCKET).close())
		}
	];
	return { sealed: attempts.every((attempt) => attempt.refused), attempts };
}

function ignore(): void {
	// The rejection says "failed", not why; the violation event says why.
}

function refused(
	scope: DedicatedWorkerGlobalScope,
	url: string,
	attempt: () => void
): Promise<boolean> {
	return new Promise((resolve) => {
		const finish = (result: boolean) => {
			clearTimeout(timer);
			scope.removeEventListener('securitypolicyviolation', onViolation);
			resolve(result);
		};
		const onViolation = (event: Event) => {
			const { disposition, effectiveDirective, blockedURI } = event as SecurityPolicyViolationEvent;
			if (
				disposition === 'enforce' &&
				effectiveDirective === 'connect-src' &&
				sameAddress(blockedURI, url)
			)
				finish(true);
		};
		const timer = setTimeout(() => finish(false), TIMEOUT_MILLISECONDS);
		scope.addEventListener('securitypolicyviolation', onViolation);
		try {
			attempt();
		} catch {
			ignore(); // some browsers throw from the WebSocket constructor and still report the violation
		}
	});
}

/** Browsers may strip a blocked foreign address down to its origin. */
function sameAddress(blocked: string, url: string): boolean {
	return (
		blocked === url || new URL(url).origin === blocked || blocked === `${new URL(url).origin}/`
	);
}

/**
 * Whether a worker governed by this `Content-Security-Policy` value can connect nowhere. A header may carry
 * several policies, all of which hold: one that refuses everything is enough.
 */
export function isSealingPolicy(header: string): boolean {
	return header.split(',').some((policy) => {
		const directives = new Map<string, string>();
		for (const directive of policy.split(';')) {
			const [name = '', ...sources] = directive.trim().split(/\s+/);
			// As in browsers, the first of two equal names counts.
			if (!directives.has(name.toLowerCase()))
				directives.set(name.toLowerCase(), sources.join(' ').toLowerCase());
		}
		return (directives.get('connect-src') ?? directives.get('default-src')) === "'none'";
	});
}
