/**
 * What of an assembly is done, so that one that was ended goes on where it stopped. Two files take turns: a crash while one
 * is written leaves the other.
 */
import * as v from 'valibot';
import type { PackFolder } from './folder';
import { readRecord, writeRecord } from './records';

const SLOTS = ['journal-0.json', 'journal-1.json'] as const;

const journalSchema = v.strictObject({
	formatVersion: v.literal(1),
	/** sha256 of the recipe's text. */
	recipe: v.string(),
	sequence: v.number(),
	/** Index of a weight in the recipe -> sha256 of each of its outputs, in the recipe's order. */
	done: v.array(v.tuple([v.number(), v.array(v.string())]))
});
type Entry = v.InferOutput<typeof journalSchema>;

export class Journal {
	readonly done: Map<number, readonly string[]>;

	private constructor(
		private readonly folder: PackFolder,
		private readonly recipe: string,
		private sequence: number,
		done: Entry['done']
	) {
		this.done = new Map(done);
	}

	/** A journal of another recipe, or of an older version of this program, counts as none. */
	static async open(folder: PackFolder, recipe: string): Promise<Journal> {
		const entries: Entry[] = [];
		for (const slot of SLOTS) {
			const parsed = v.safeParse(journalSchema, await readRecord(folder, slot));
			if (parsed.success && parsed.output.recipe === recipe) entries.push(parsed.output);
		}
		const [latest] = entries.sort((a, b) => b.sequence - a.sequence);
		return new Journal(folder, recipe, latest?.sequence ?? 0, latest?.done ?? []);
	}

	/** Everything the journal speaks of is flushed first: it never promises bytes that a crash may take. */
	async save(): Promise<void> {
		await this.folder.flush();
		this.sequence++;
		const entry: Entry = {
			formatVersion: 1,
			recipe: this.recipe,
			sequence: this.sequence,
			done: [...this.done].map(([index, hashes]) => [index, [...hashes]])
		};
		await writeRecord(this.folder, SLOTS[this.sequence % 2]!, entry);
	}

	static async remove(folder: PackFolder): Promise<void> {
		for (const slot of SLOTS) await folder.remove(slot);
	}
}
