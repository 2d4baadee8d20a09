/** The network is down and sockets throw: refused, but not by a policy. */
import { proveSeal } from '$workers/runtime/seal';

globalThis.fetch = () => Promise.reject(new TypeError('network is down'));
globalThis.WebSocket = class extends WebSocket {
	constructor() {
		super('not a url');
	}
};
postMessage(await proveSeal(self as DedicatedWorkerGlobalScope, location.origin));
