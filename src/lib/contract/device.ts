/** What the runtime runs on, and why. Shown to the user and written into `shoot.json`. */

export type DeviceKind = 'webgpu' | 'wasm';
export type DeviceOverride = DeviceKind | null;

export type DeviceReason =
	| 'hardware-adapter' // a hardware WebGPU adapter is present and passed the self-test
	| 'override' // the person asked for this kind with ?device=
	| 'no-webgpu' // navigator.gpu is missing, or WebAssembly cannot wait for it (no JSPI)
	| 'no-adapter' // requestAdapter() gave null
	| 'software-adapter' // the adapter is a software rasteriser, slower than WASM
	| 'limits-too-small' // the pack's requirements exceed the adapter's limits
	| 'self-test-failed' // the adapter computes wrong numbers
	| 'device-lost'; // the GPU went away; the run moved to WASM

export interface AdapterFacts {
	vendor: string;
	architecture: string;
	description: string;
	software: boolean;
	shaderF16: boolean;
	maxBufferSize: number;
	maxStorageBufferBindingSize: number;
}

export interface DeviceReport {
	kind: DeviceKind;
	reason: DeviceReason;
	adapter: AdapterFacts | null;
	/** WASM threads; 1 when SharedArrayBuffer is missing. */
	threads: number;
	crossOriginIsolated: boolean;
}

/** Result of the canary every sealed worker runs at boot: both attempts must have been refused. */
export interface SealReport {
	sealed: boolean;
	/** What was tried and whether the browser refused it. */
	attempts: { what: 'fetch-foreign' | 'fetch-own-origin' | 'websocket'; refused: boolean }[];
}
