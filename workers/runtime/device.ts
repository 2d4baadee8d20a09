/**
 * Looks at the machine once and decides where graphs run. Probing and deciding are separate so that
 * the decision is a pure table that can be tested without a GPU.
 */
import type { AdapterFacts, DeviceKind, DeviceOverride, DeviceReason } from '$lib/contract/device';
import type { PackManifest } from '$lib/contract/manifest';

/** What was found; `adapter` is used up by the first `requestDevice`. */
export type AdapterProbe =
	| { found: false; reason: 'no-webgpu' | 'no-adapter' }
	| { found: true; adapter: GPUAdapter; facts: AdapterFacts };

export interface DeviceChoice {
	kind: DeviceKind;
	reason: DeviceReason;
}

/** Names under which software rasterisers present themselves where `isFallbackAdapter` is missing. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i;

/**
 * Asks for the fastest adapter. Never throws: a browser that throws here has no usable WebGPU.
 *
 * @param gpu `navigator.gpu`, undefined where the browser has no WebGPU.
 * @param stackSwitching Whether WebAssembly has JSPI, without which the runtime's build has no WebGPU.
 */
export async function probeAdapter(
	gpu: GPU | undefined,
	stackSwitching: boolean
): Promise<AdapterProbe> {
	if (!gpu || !stackSwitching) return { found: false, reason: 'no-webgpu' };
	try {
		const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
		return adapter
			? { found: true, adapter, facts: adapterFacts(adapter) }
			: { found: false, reason: 'no-adapter' };
	} catch {
		return { found: false, reason: 'no-adapter' };
	}
}

function adapterFacts({ info, features, limits }: GPUAdapter): AdapterFacts {
	return {
		vendor: info.vendor,
		architecture: info.architecture,
		description: info.description,
		software:
			info.isFallbackAdapter ||
			SOFTWARE.test(`${info.vendor} ${info.architecture} ${info.description}`),
		shaderF16: features.has('shader-f16'),
		maxBufferSize: limits.maxBufferSize,
		maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize
	};
}

/**
 * Decides between WebGPU and WASM. An override wins over taste (software adapters), never over
 * possibility: without an adapter, or with limits below the pack's needs, WASM is used whatever was asked.
 */
export function chooseDevice(
	probe:
		{ found: false; reason: 'no-webgpu' | 'no-adapter' } | { found: true; facts: AdapterFacts },
	override: DeviceOverride,
	requirements: PackManifest['requirements']
): DeviceChoice {
	if (override === 'wasm') return { kind: 'wasm', reason: 'override' };
	if (!probe.found) return { kind: 'wasm', reason: probe.reason };
	if (!meets(probe.facts, requirements)) return { kind: 'wasm', reason: 'limits-too-small' };
	if (override === 'webgpu') return { kind: 'webgpu', reason: 'override' };
	if (probe.facts.software) return { kind: 'wasm', reason: 'software-adapter' };
	return { kind: 'webgpu', reason: 'hardware-adapter' };
}

function meets(facts: AdapterFacts, needs: PackManifest['requirements']): boolean {
	return (
		facts.maxBufferSize >= needs.maxBufferSize &&
		facts.maxStorageBufferBindingSize >= needs.maxStorageBufferBindingSize &&
		(facts.shaderF16 || !needs.shaderF16)
	);
}

/**
 * Threads for WASM: 1 without SharedArrayBuffer, otherwise 2-4. More than four buy little on graphs of
 * this size and take the cores the page itself needs.
 *
 * @param cores `navigator.hardwareConcurrency`
 */
export function wasmThreads(cores: number, shared: boolean): number {
	return shared ? Math.min(4, Math.max(2, cores)) : 1;
}
