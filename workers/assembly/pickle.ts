/**
 * Reads the pickles that torch.save writes (protocol 2), and nothing else. A pickle is a program; this is no machine for
 * it: it knows the opcodes of plain data, turns the few allowed names into values of this program, and refuses the
 * rest. Opcodes: CPython, Lib/pickletools.py.
 */
import type { CheckpointFault } from '$lib/contract/checkpoint';
import { LuxError } from '$lib/contract/errors';
import { dataView } from './bytes';
import { unreadable } from './checkpoint';
import { build, Global, isAllowed, storageOf, type Dict } from './pickle-values';

/** Open marks; a state dict needs three or four. */
export const MAX_DEPTH = 64;
/** Opcodes. A tensor takes about 30. */
export const MAX_OPCODES = 5_000_000;
/** Values on the stack or in the memo at once. */
const MAX_VALUES = 2_000_000;
const MAX_TEXT_BYTES = 4096;

const MARK = Symbol('mark');

/**
 * @param file For error messages.
 * @returns The one value that the pickle leaves.
 * @throws LuxError `checkpoint-unsafe` for an opcode or a name that plain tensors do not need,
 *   `checkpoint-unreadable` for one that is damaged.
 */
export function readPickle(file: string, bytes: Uint8Array): unknown {
	const { value, end } = readPickleAt(file, bytes, 0);
	if (end !== bytes.length) throw unreadable(file, 'pickle-malformed');
	return value;
}

/** One of several pickles in a row. @returns Its value, and where the next one begins. @throws As `readPickle` does. */
export function readPickleAt(
	file: string,
	bytes: Uint8Array,
	at: number
): { value: unknown; end: number } {
	return new PickleReader(file, bytes, at).run();
}

class PickleReader {
	private readonly stack: unknown[] = [];
	private readonly memo = new Map<number, unknown>();
	private readonly view: DataView;
	private depth = 0;

	constructor(
		private readonly file: string,
		private readonly bytes: Uint8Array,
		private at: number
	) {
		this.view = dataView(bytes);
	}

	run(): { value: unknown; end: number } {
		for (let opcodes = 0; opcodes < MAX_OPCODES; opcodes++) {
			const opcode = this.bytes[this.take(1)]!;
			// A full stop ends a pickle; what is left on the stack then is its value.
			if (opcode === 0x2e) {
				const value = this.pop();
				if (this.stack.length > 0) throw this.malformed();
				return { value, end: this.at };
			}
			this.step(opcode);
			if (this.stack.length > MAX_VALUES || this.memo.size > MAX_VALUES)
				throw this.refuse('pickle-too-much');
		}
		throw this.refuse('pickle-too-much');
	}

	private step(opcode: number): void {
		switch (opcode) {
			case 0x80: // PROTO
				if (this.bytes[this.take(1)] !== 2) throw this.malformed();
				return;
			case 0x28: // MARK
				if (++this.depth > MAX_DEPTH) throw this.refuse('pickle-too-deep');
				this.stack.push(MARK);
				return;
			case 0x4e: // NONE
				return this.push(null);
			case 0x88: // NEWTRUE
				return this.push(true);
			case 0x89: // NEWFALSE
				return this.push(false);
			case 0x4b: // BININT1
				return this.push(this.bytes[this.take(1)]!);
			case 0x4d: // BININT2
				return this.push(this.view.getUint16(this.take(2), true));
			case 0x4a: // BININT
				return this.push(this.view.getInt32(this.take(4), true));
			case 0x8a: // LONG1
				return this.push(this.long(this.bytes[this.take(1)]!));
			case 0x47: // BINFLOAT, the one big-endian number
				return this.push(this.view.getFloat64(this.take(8), false));
			case 0x58: // BINUNICODE
				return this.push(this.text(this.view.getUint32(this.take(4), true)));
			case 0x63: // GLOBAL
				return this.push(this.global());
			case 0x71: // BINPUT
				return this.remember(this.bytes[this.take(1)]!);
			case 0x72: // LONG_BINPUT
				return this.remember(this.view.getUint32(this.take(4), true));
			case 0x68: // BINGET
				return this.recall(this.bytes[this.take(1)]!);
			case 0x6a: // LONG_BINGET
				return this.recall(this.view.getUint32(this.take(4), true));
			case 0x29: // EMPTY_TUPLE
			case 0x5d: // EMPTY_LIST
				return this.push([]);
			case 0x7d: // EMPTY_DICT
				return this.push(new Map());
			case 0x85: // TUPLE1
			case 0x86: // TUPLE2
			case 0x87: // TUPLE3
				return this.push(this.popMany(opcode - 0x84));
			case 0x74: // TUPLE
				return this.push(this.popToMark());
			case 0x61: // APPEND
				return this.append([this.pop()]);
			case 0x65: // APPENDS
				return this.append(this.popToMark());
			case 0x73: // SETITEM
				return this.setItems(this.popMany(2));
			case 0x75: // SETITEMS
				return this.setItems(this.popToMark());
			case 0x51: // BINPERSID
				return this.pushBuilt(storageOf(this.pop()));
			case 0x52: // REDUCE
				return this.reduce();
			case 0x62: // BUILD
				return this.attributes();
			default:
				throw this.unsafe(`opcode 0x${opcode.toString(16).padStart(2, '0')}`);
		}
	}

	/** Moves past `count` bytes and says where they start. */
	private take(count: number): number {
		const start = this.at;
		if (start + count > this.bytes.length) throw this.refuse('pickle-truncated');
		this.at += count;
		return start;
	}

	private push(value: unknown): void {
		this.stack.push(value);
	}

	private pop(): unknown {
		const value = this.stack.pop();
		if (value === undefined || value === MARK) throw this.malformed();
		return value;
	}

	private popMany(count: number): unknown[] {
		return Array.from({ length: count }, () => this.pop()).reverse();
	}

	private popToMark(): unknown[] {
		const mark = this.stack.lastIndexOf(MARK);
		if (mark < 0) throw this.malformed();
		this.depth--;
		const values = this.stack.splice(mark + 1);
		this.stack.pop();
		return values;
	}

	private text(length: number): string {
		if (length > MAX_TEXT_BYTES) throw this.refuse('pickle-too-much');
		const start = this.take(length);
		return new TextDecoder().decode(this.bytes.subarray(start, start + length));
	}

	/** Little-endian two's complement; what is not an exact number here is no size or offset of a tensor. */
	private long(length: number): number {
		if (length > 8) throw this.malformed();
		const start = this.take(length);
		let value = 0n;
		for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[start + i]!);
		const number = Number(BigInt.asIntN(length * 8, value));
		if (!Number.isSafeInteger(number)) throw this.malformed();
		return number;
	}

	private global(): Global {
		const name = `${this.line()}.${this.line()}`;
		if (!isAllowed(name))
			throw /^torch\.\w+Storage$/.test(name) ? this.refuse('dtype-unknown') : this.unsafe(name);
		return new Global(name);
	}

	private line(): string {
		const end = this.bytes.indexOf(0x0a, this.at);
		if (end < 0) throw this.refuse('pickle-truncated');
		const line = this.text(end - this.at);
		this.at = end + 1;
		return line;
	}

	private remember(slot: number): void {
		const value = this.pop();
		this.stack.push(value);
		this.memo.set(slot, value);
	}

	private recall(slot: number): void {
		const value = this.memo.get(slot);
		if (value === undefined) throw this.malformed();
		this.stack.push(value);
	}

	private append(values: unknown[]): void {
		const list = this.stack.at(-1);
		if (!Array.isArray(list)) throw this.malformed();
		// Not by spread: the arguments of a call are limited, those of a pickle are not.
		for (const value of values) list.push(value);
	}

	private setItems(items: unknown[]): void {
		const dict = this.stack.at(-1);
		if (!(dict instanceof Map) || items.length % 2 !== 0) throw this.malformed();
		for (let i = 0; i < items.length; i += 2) (dict as Dict).set(items[i], items[i + 1]);
	}

	private reduce(): void {
		const [callee, args] = this.popMany(2);
		if (!(callee instanceof Global) || !Array.isArray(args)) throw this.malformed();
		this.pushBuilt(build(callee.name, args));
	}

	private pushBuilt(value: unknown): void {
		if (value === undefined) throw this.malformed();
		this.stack.push(value);
	}

	/** torch.nn.Module.state_dict() hangs `_metadata` on its OrderedDict: read over, for a dict only. */
	private attributes(): void {
		this.pop();
		if (!(this.stack.at(-1) instanceof Map)) throw this.unsafe('opcode 0x62');
	}

	private refuse(fault: CheckpointFault): Error {
		return unreadable(this.file, fault);
	}

	private malformed(): Error {
		return this.refuse('pickle-malformed');
	}

	private unsafe(found: string): Error {
		return new LuxError('checkpoint-unsafe', { file: this.file, found });
	}
}
