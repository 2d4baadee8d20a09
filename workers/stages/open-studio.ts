/** Everything a sealed worker needs before its first portrait, opened in the order that fails safest. */
import type { DeviceReason, DeviceReport } from '$lib/contract/device';
import type { BootReport } from '$lib/contract/engine';
import { LuxError } from '$lib/contract/errors';
import type { ProgressListener } from '$lib/contract/progress';
import type { PortraitBoot } from '$lib/contract/worker-api';
import { createScheduler } from '../engine/schedulers/create';
import type { Scheduler } from '../engine/schedulers/types';
import {
	chooseDevice,
	probeAdapter,
	wasmThreads,
	type AdapterProbe,
	type DeviceChoice
} from '../runtime/device';
import { openFaceModels } from '../runtime/face-models';
import { openGpu, type Gpu } from '../runtime/gpu';
import { memoryBudget } from '../runtime/memory-budget';
import { setUpOrt, type Ort } from '../runtime/ort';
import { openPack, type Pack } from '../runtime/pack';
import { proveSeal } from '../runtime/seal';
import { passesSelfTest } from '../runtime/self-test';
import type { SessionDevice } from '../runtime/session';
import { verifyPack } from '../runtime/verified-pack';
import { Conditioner } from './conditioner';
import { createTokenizer } from './encode-prompt';
import { createFaceDetector, type FaceDetector } from './detect-face';

export interface Studio {
	readonly report: BootReport;
	readonly pack: Pack;
	readonly conditioner: Conditioner;
	readonly scheduler: Scheduler;
	readonly faces: FaceDetector;
}

/**
 * Seal first, hashes second, graphs last. What is opened lives as long as the worker.
 *
 * @throws LuxError `seal-broken`, the `pack-...` codes, and what sessions throw.
 */
export async function openStudio(
	init: PortraitBoot,
	onProgress: ProgressListener
): Promise<Studio> {
	const seal = await proveSeal(self, self.location.origin);
	if (!seal.sealed) throw new LuxError('seal-broken', { worker: 'portrait' });

	const verified = await verifyPack(init.manifestBytes, init.files, onProgress);
	const { conditioning } = verified.manifest;
	const threads = wasmThreads(
		navigator.hardwareConcurrency,
		crossOriginIsolated && init.threadsSealed
	);
	const ort = setUpOrt({
		wasmBinary: await init.wasmBinary.arrayBuffer(),
		wasmModuleUrl: init.wasmModuleUrl,
		threads
	});

	const probe = await probeAdapter(navigator.gpu, 'Suspending' in WebAssembly);
	const choice = chooseDevice(probe, init.device, verified.manifest.requirements);
	const { device, reason } = await openDevice(ort, probe, choice);
	const faceGraphs = await openFaceModels(ort, init.faceModels);
	const budget = memoryBudget(
		device.kind,
		(navigator as { deviceMemory?: number }).deviceMemory,
		probe.found ? probe.facts.maxBufferSize : null
	);
	const pack = await openPack(ort, verified, device, onProgress, budget);
	const deviceReport: DeviceReport = {
		kind: device.kind,
		reason: init.reason ?? reason,
		adapter: probe.found ? probe.facts : null,
		threads,
		crossOriginIsolated
	};
	return {
		report: { device: deviceReport, seal, pack: { hash: pack.hash, manifest: pack.manifest } },
		pack,
		conditioner: new Conditioner(
			pack.manifest,
			conditioning.kind === 'clip' ? createTokenizer(conditioning, verified.files) : null
		),
		scheduler: createScheduler(pack.manifest.scheduler),
		faces: createFaceDetector(faceGraphs)
	};
}

/** A GPU that cannot be opened or computes wrong numbers is not used, whatever was asked for. */
async function openDevice(
	ort: Ort,
	probe: AdapterProbe,
	choice: DeviceChoice
): Promise<{ device: SessionDevice; reason: DeviceReason }> {
	if (choice.kind === 'wasm' || !probe.found)
		return { device: { kind: 'wasm' }, reason: choice.reason };
	let gpu: Gpu | undefined;
	try {
		gpu = await openGpu(probe.adapter);
		const device: SessionDevice = { kind: 'webgpu', gpu };
		if (await passesSelfTest(ort, device)) return { device, reason: choice.reason };
	} catch {
		// The reason below tells what matters: this GPU cannot be used.
	}
	gpu?.dispose();
	return { device: { kind: 'wasm' }, reason: 'self-test-failed' };
}
