/** Which of a graph's files is used: the one for the device, and for the size of the picture where files differ by size. */
import type { DeviceKind } from '$lib/contract/device';
import type { GraphVariant, ImageSize } from '$lib/contract/manifest';

/**
 * A file made for the size goes before one that serves every size; among equals the first of the manifest is taken.
 *
 * @returns undefined where there is none
 */
export function variantFor(
	variants: readonly GraphVariant[],
	device: DeviceKind,
	{ width, height }: ImageSize
): GraphVariant | undefined {
	const here = variants.filter(({ devices }) => devices.includes(device));
	return (
		here.find(({ size }) => size?.width === width && size.height === height) ??
		here.find(({ size }) => !size)
	);
}
