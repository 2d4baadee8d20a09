import { proveSeal } from '$workers/runtime/seal';

postMessage(await proveSeal(self as DedicatedWorkerGlobalScope, location.origin));
