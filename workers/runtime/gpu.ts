/**
 * The app's own GPU device. ORT could make one itself, but then limits, features and loss would be
 * its business: here the app decides them and notices when the device goes away.
 */
import { LuxError } from '$lib/contract/errors';

export interface Gpu {
	readonly device: GPUDevice;
	/** Why the device is gone, or null while it lives. Checked after every run: see `session.ts`. */
	lost(): string | null;
	/** Destroys the device; everything on it is gone. The opener calls it. */
	dispose(): void;
}

/** Limits that kernels of ORT's WebGPU provider size themselves by; asked for at the adapter's maximum. */
const LIMITS = [
	'maxBufferSize',
	'maxStorageBufferBindingSize',
	'maxComputeWorkgroupStorageSize',
	'maxComputeInvocationsPerWorkgroup',
	'maxComputeWorkgroupSizeX',
	'maxComputeWorkgroupSizeY',
	'maxComputeWorkgroupSizeZ',
	'maxComputeWorkgroupsPerDimension',
	'maxStorageBuffersPerShaderStage'
] as const;

/**
 * Requests a device with the adapter's own limits and `shader-f16` where it has it. `subgroups` is
 * never requested: ORT's flash attention computes wrong numbers on adapters with subgroup size 4, and
 * these graphs are too small to gain from it elsewhere.
 *
 * @throws LuxError `device-lost` when the adapter refuses.
 */
export async function openGpu(adapter: GPUAdapter): Promise<Gpu> {
	let device: GPUDevice;
	try {
		device = await adapter.requestDevice({
			requiredFeatures: adapter.features.has('shader-f16') ? ['shader-f16'] : [],
			requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]))
		});
	} catch (cause) {
		throw new LuxError('device-lost', { detail: String(cause) }, { cause });
	}
	let lost: string | null = null;
	void device.lost.then(({ reason, message }) => {
		lost = `${reason}: ${message}`;
	});
	return {
		device,
		lost: () => lost,
		dispose: () => device.destroy()
	};
}
