/** What a checkpoint's pickle may speak of. Values are data of this program; nothing is ever called or imported. */
import type { Dtype } from '$lib/contract/checkpoint';

/** A slice of raw numbers: its record in the archive is `data/<key>`. */
export class Storage {
	constructor(
		readonly dtype: Dtype,
		readonly key: string,
		readonly elements: number
	) {}
}

/** `torch._utils._rebuild_tensor_v2`: a view of a storage. Offset, shape and strides in elements, still unchecked. */
export class TensorView {
	constructor(
		readonly storage: Storage,
		readonly offset: unknown,
		readonly shape: unknown,
		readonly strides: unknown
	) {}
}

/** A name the pickle refers to, as `module.name`. */
export class Global {
	constructor(readonly name: string) {}
}

/** A value that a state dict may hold and that is of no use here: a device, a shape. */
export const IGNORED: unique symbol = Symbol('ignored');

/** Both `dict` and `OrderedDict`. Keys other than text are of no use here, but allowed. */
export type Dict = Map<unknown, unknown>;

/** Storage classes of the element types that are read. */
export const STORAGE_DTYPES: ReadonlyMap<string, Dtype> = new Map([
	['torch.FloatStorage', 'F32'],
	['torch.HalfStorage', 'F16'],
	['torch.BFloat16Storage', 'BF16'],
	['torch.LongStorage', 'I64'],
	['torch.CharStorage', 'I8'],
	['torch.ByteStorage', 'U8']
]);

const ORDERED_DICT = 'collections.OrderedDict';
const TENSOR = 'torch._utils._rebuild_tensor_v2';
const PARAMETER = 'torch._utils._rebuild_parameter';
const SIZE = 'torch.Size';
const DEVICE = 'torch.device';

const ALLOWED: ReadonlySet<string> = new Set([
	...STORAGE_DTYPES.keys(),
	ORDERED_DICT,
	TENSOR,
	PARAMETER,
	SIZE,
	DEVICE
]);

export function isAllowed(name: string): boolean {
	return ALLOWED.has(name);
}

/**
 * What one of the allowed names gives for its arguments.
 *
 * @returns undefined where the arguments are not those that torch.save writes.
 */
export function build(name: string, args: readonly unknown[]): unknown {
	switch (name) {
		case ORDERED_DICT:
			return args.length === 0 ? new Map() : undefined;
		case TENSOR:
			return args.length >= 6 && args.length <= 7 && args[0] instanceof Storage
				? new TensorView(args[0], args[1], args[2], args[3])
				: undefined;
		case PARAMETER:
			return args.length === 3 && args[0] instanceof TensorView ? args[0] : undefined;
		case SIZE:
			return args.length === 1 && Array.isArray(args[0]) ? args[0] : undefined;
		case DEVICE:
			return args.every((arg) => typeof arg === 'string' || typeof arg === 'number')
				? IGNORED
				: undefined;
		default:
			return undefined;
	}
}

/**
 * The storage that a persistent id of torch.save names: ('storage', class, key, device, number of elements), and in older files
 * whether it is a view of another, which those of a state dict are not.
 */
export function storageOf(id: unknown): Storage | undefined {
	if (!Array.isArray(id) || id.length < 5 || id.length > 6 || id[0] !== 'storage') return undefined;
	const [, kind, key, , elements, view = null] = id as unknown[];
	if (view !== null) return undefined;
	const dtype = kind instanceof Global ? STORAGE_DTYPES.get(kind.name) : undefined;
	if (!dtype || typeof key !== 'string' || !/^\d{1,20}$/.test(key)) return undefined;
	if (!Number.isSafeInteger(elements) || (elements as number) < 0) return undefined;
	return new Storage(dtype, key, elements as number);
}
