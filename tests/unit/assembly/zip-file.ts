/** Writes stored zip archives for tests, sound or twisted, with or without ZIP64. */
export interface ZipEntry {
	name: string;
	data: Uint8Array;
	/** Overrides of header fields. */
	flags?: number;
	method?: number;
	localName?: string;
	/** Overrides where the directory says that the record starts. */
	headerOffset?: number;
	/** Overrides what the directory says of its length. */
	bytes?: number;
}

export interface ZipOptions {
	zip64?: boolean;
	comment?: Uint8Array;
	disk?: number;
	count?: number;
	directoryOffset?: number;
	/** Overrides where the locator says that the ZIP64 end record is. */
	end64Offset?: number;
}

export function zipFile(entries: readonly ZipEntry[], options: ZipOptions = {}): Uint8Array {
	const { zip64 = false, comment = new Uint8Array(0), disk = 0 } = options;
	const parts: Uint8Array[] = [];
	let at = 0;
	const add = (part: Uint8Array) => {
		parts.push(part);
		at += part.length;
	};
	const text = (value: string) => new TextEncoder().encode(value);
	const directory: Uint8Array[] = [];
	for (const {
		name,
		data,
		flags = 0,
		method = 0,
		localName = name,
		headerOffset,
		bytes
	} of entries) {
		const start = headerOffset ?? at;
		const local = text(localName);
		add(
			fields(
				[4, 0x04034b50],
				[2, 45],
				[2, flags],
				[2, method],
				[4, 0],
				[4, 0],
				[4, data.length],
				[4, data.length],
				[2, local.length],
				[2, 0]
			)
		);
		add(local);
		add(data);
		const length = bytes ?? data.length;
		const wide = zip64
			? fields([2, 1], [2, 24], [8, length], [8, length], [8, start])
			: new Uint8Array(0);
		const short = (value: number): [number, number] => [4, zip64 ? 0xffffffff : value];
		directory.push(
			fields(
				[4, 0x02014b50],
				[2, 45],
				[2, 45],
				[2, flags],
				[2, method],
				[4, 0],
				[4, 0],
				short(length),
				short(length),
				[2, text(name).length],
				[2, wide.length],
				[2, 0],
				[2, 0],
				[2, 0],
				[4, 0],
				short(start)
			),
			text(name),
			wide
		);
	}
	const directoryOffset = options.directoryOffset ?? at;
	const directoryStart = at;
	directory.forEach(add);
	const directoryBytes = at - directoryStart;
	const count = options.count ?? entries.length;
	if (zip64) {
		const end64 = options.end64Offset ?? at;
		add(
			fields(
				[4, 0x06064b50],
				[8, 44],
				[2, 45],
				[2, 45],
				[4, 0],
				[4, 0],
				[8, count],
				[8, count],
				[8, directoryBytes],
				[8, directoryOffset]
			)
		);
		add(fields([4, 0x07064b50], [4, 0], [8, end64], [4, 1]));
	}
	add(
		fields(
			[4, 0x06054b50],
			[2, disk],
			[2, disk],
			[2, zip64 ? 0xffff : count],
			[2, zip64 ? 0xffff : count],
			[4, zip64 ? 0xffffffff : directoryBytes],
			[4, zip64 ? 0xffffffff : directoryOffset],
			[2, comment.length]
		)
	);
	add(comment);
	return join(parts);
}

/** Pairs of width and value, little-endian. */
function fields(...list: [width: number, value: number][]): Uint8Array {
	const bytes = new Uint8Array(list.reduce((sum, [width]) => sum + width, 0));
	const view = new DataView(bytes.buffer);
	let at = 0;
	for (const [width, value] of list) {
		if (width === 2) view.setUint16(at, value, true);
		else if (width === 4) view.setUint32(at, value, true);
		else view.setBigUint64(at, BigInt(value), true);
		at += width;
	}
	return bytes;
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
	const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		all.set(part, at);
		at += part.length;
	}
	return all;
}
