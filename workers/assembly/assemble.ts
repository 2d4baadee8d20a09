/**
 * Carries a recipe out: tensor by tensor into a draft, everything read back, then the marker. Ended at any moment it
 * leaves a draft that the next call goes on with, and nothing that looks like a pack.
 */
import type { AssemblyRecipe, RecipeSource, RecipeWeight } from '$lib/contract/assembly-recipe';
import { LuxError } from '$lib/contract/errors';
import { CHUNK_BYTES } from '$lib/contract/manifest';
import type { AssemblyProgress } from '$lib/contract/progress';
import { hex, sha256 } from '$workers/runtime/sha256';
import { sha256 as streamingSha256 } from '@noble/hashes/sha2.js';
import type { RangeReader } from './bytes';
import { calculate } from './calculate';
import type { Checkpoint, RawTensor, TensorInfo } from './checkpoint';
import type { PackFolder } from './folder';
import {
	hashFile,
	markInstalled,
	readInstalled,
	type Installed,
	type InstalledFile
} from './installed';
import { Journal } from './journal';
import type { PauseGate } from './pause-gate';
import { requireCheckpoint } from './recipe-check';
import { openSafetensors } from './safetensors';
import { ByteProgress } from './time-left';
import { openTorchCheckpoint } from './torch-checkpoint';

/** How much work a crash may undo, in bytes written. */
const SAVE_EVERY_BYTES = 32 * 1024 * 1024;

export interface Assembly {
	/** From `parseRecipe`. */
	recipe: AssemblyRecipe;
	/** sha256 of the recipe's text. */
	recipeHash: string;
	/** Opens a publisher's file; its bytes are trusted. Called once a source. */
	open(source: RecipeSource, signal: AbortSignal): Promise<RangeReader>;
	folder: PackFolder;
	gate: PauseGate;
	signal: AbortSignal;
	onProgress(progress: AssemblyProgress): void;
	/** Milliseconds of a clock that only goes forward. */
	now(): number;
	/** Adds what makes a pack of the weights; the marker, with what this returns, comes after it. */
	complete?(made: readonly InstalledFile[]): Promise<Installed['pack']>;
}

/**
 * At most one weight is in memory at a time.
 *
 * @throws LuxError with the code of what is wrong; the signal's reason when stopped.
 */
export async function assemble(assembly: Assembly): Promise<Installed> {
	const { recipe, recipeHash, folder, gate, signal, onProgress, now } = assembly;
	const there = await readInstalled(folder);
	if (there?.recipe === recipeHash) return there;
	const journal = await Journal.open(folder, recipeHash);
	const copies = recipe.copies ?? [];
	if (journal.done.size < recipe.weights.length + copies.length) {
		const { checkpoints, wholes } = await openSources(assembly);
		for (const { path, bytes } of recipe.files)
			if ((await folder.size(path)) !== bytes) await folder.resize(path, bytes);
		const order = readingOrder(recipe, checkpoints);
		const costs = order.map((index) => cost(recipe.weights[index]!, checkpoints));
		const sum = (list: number[]) => list.reduce((total, bytes) => total + bytes, 0);
		// Copies are numbered on from the weights.
		const copyCosts = copies.map(({ source }) => wholes.get(source)!.size);
		const before = sum([
			...costs.filter((_, i) => journal.done.has(order[i]!)),
			...copyCosts.filter((_, i) => journal.done.has(recipe.weights.length + i))
		]);
		const total = sum(costs) + sum(copyCosts);
		const progress = new ByteProgress('assemble', total, before, onProgress, now);
		let unsaved = 0;
		try {
			for (const [i, index] of order.entries()) {
				if (journal.done.has(index)) continue;
				if (gate.paused) {
					await journal.save();
					await gate.pass(signal);
					progress.restart();
				}
				signal.throwIfAborted();
				const weight = recipe.weights[index]!;
				journal.done.set(index, await writeWeight(recipe, weight, checkpoints, folder, signal));
				unsaved += sum(weight.outputs.map(({ bytes }) => bytes));
				if (unsaved >= SAVE_EVERY_BYTES) {
					await journal.save();
					unsaved = 0;
				}
				progress.add(costs[i]!, sourceOf(recipe, weight).path);
			}
			for (const [i, { source, file }] of copies.entries()) {
				if (journal.done.has(recipe.weights.length + i)) continue;
				await gate.pass(signal);
				const onBytes = (bytes: number) => progress.add(bytes, file);
				const hash = await copyWhole(wholes.get(source)!, folder, file, signal, onBytes);
				journal.done.set(recipe.weights.length + i, [hash]);
			}
		} finally {
			// However it ends: what is done stays done. A full disk must not hide why it ended.
			await journal.save().catch(() => undefined);
		}
	}
	const files = await readBack(assembly, journal);
	const pack = (await assembly.complete?.(files)) ?? null;
	const installed: Installed = { formatVersion: 1, recipe: recipeHash, pack, files };
	await markInstalled(folder, installed);
	await Journal.remove(folder);
	return installed;
}

async function openSources({ recipe, open, signal }: Assembly): Promise<{
	checkpoints: Map<string, Checkpoint>;
	wholes: Map<string, RangeReader>;
}> {
	const checkpoints = new Map<string, Checkpoint>();
	const wholes = new Map<string, RangeReader>();
	for (const source of recipe.sources) {
		const reader = await open(source, signal);
		if (reader.size !== source.bytes)
			throw new LuxError('source-wrong-size', {
				file: source.path,
				bytes: reader.size,
				expected: source.bytes
			});
		if (source.format === 'whole') {
			wholes.set(source.id, reader);
			continue;
		}
		const read = source.format === 'torch' ? openTorchCheckpoint : openSafetensors;
		const checkpoint = await read(reader, signal);
		requireCheckpoint(recipe, source, checkpoint);
		checkpoints.set(source.id, checkpoint);
	}
	return { checkpoints, wholes };
}

/** @returns sha256 of what was copied. */
async function copyWhole(
	reader: RangeReader,
	folder: PackFolder,
	file: string,
	signal: AbortSignal,
	onBytes: (bytes: number) => void
): Promise<string> {
	const hash = streamingSha256.create();
	for (let at = 0; at < reader.size; at += CHUNK_BYTES) {
		const piece = await reader.read(at, Math.min(CHUNK_BYTES, reader.size - at), signal);
		hash.update(piece);
		await folder.write(file, at, piece);
		onBytes(piece.length);
	}
	return hex(hash.digest());
}

/** Front to back through each file, whatever order the graph has: readers fetch ahead. */
function readingOrder(
	recipe: AssemblyRecipe,
	checkpoints: ReadonlyMap<string, Checkpoint>
): number[] {
	const places = recipe.weights.map((weight, index) => {
		const [first] = weight.inputs;
		return {
			index,
			source: recipe.sources.findIndex(({ id }) => id === first!.source),
			offset: tensorOf(first!, checkpoints).offset
		};
	});
	return places
		.sort((a, b) => a.source - b.source || a.offset - b.offset || a.index - b.index)
		.map(({ index }) => index);
}

async function writeWeight(
	recipe: AssemblyRecipe,
	weight: RecipeWeight,
	checkpoints: ReadonlyMap<string, Checkpoint>,
	folder: PackFolder,
	signal: AbortSignal
): Promise<string[]> {
	const inputs: RawTensor[] = [];
	for (const input of weight.inputs)
		inputs.push(await checkpoints.get(input.source)!.read(tensorOf(input, checkpoints), signal));
	const parts = calculate(weight, inputs, sourceOf(recipe, weight).path);
	const hashes: string[] = [];
	for (const { part, file, offset } of weight.outputs) {
		const bytes = parts.get(part)!;
		hashes.push(await sha256(bytes));
		await folder.write(file, offset, bytes);
	}
	return hashes;
}

/** What is on the disk is what was calculated, and what the recipe promises where it promises something. */
async function readBack(
	{ recipe, folder, gate, signal, onProgress, now }: Assembly,
	{ done }: Journal
): Promise<InstalledFile[]> {
	const total = 2 * recipe.files.reduce((sum, { bytes }) => sum + bytes, 0);
	const progress = new ByteProgress('verify', total, 0, onProgress, now);
	for (const [index, weight] of recipe.weights.entries())
		for (const [i, { file, offset, bytes }] of weight.outputs.entries()) {
			await gate.pass(signal);
			if ((await sha256(await folder.read(file, offset, bytes))) !== done.get(index)![i])
				throw await corrupt(folder, file);
			progress.add(bytes, file);
		}
	const files = [];
	const copied = new Map(
		recipe.copies?.map(({ file }, i) => [file, done.get(recipe.weights.length + i)![0]])
	);
	for (const { path, bytes, sha256: promised } of recipe.files) {
		await gate.pass(signal);
		const hashed = await hashFile(folder, path, bytes, (read) => progress.add(read, path), signal);
		for (const expected of [promised, copied.get(path)])
			if (expected && hashed.sha256 !== expected) throw await corrupt(folder, path);
		files.push(hashed);
	}
	return files;
}

/** The journal is wrong about the disk: without it the next try starts afresh. */
async function corrupt(folder: PackFolder, file: string): Promise<Error> {
	await Journal.remove(folder);
	return new LuxError('assembly-corrupt', { file });
}

function tensorOf(
	{ source, tensor }: { source: string; tensor: string },
	checkpoints: ReadonlyMap<string, Checkpoint>
): TensorInfo {
	return checkpoints.get(source)!.tensors.get(tensor)!;
}

/** Bytes read for a weight. */
function cost({ inputs }: RecipeWeight, checkpoints: ReadonlyMap<string, Checkpoint>): number {
	return inputs.reduce((sum, input) => sum + tensorOf(input, checkpoints).span, 0);
}

function sourceOf({ sources }: AssemblyRecipe, { inputs }: RecipeWeight): RecipeSource {
	return sources.find(({ id }) => id === inputs[0]!.source)!;
}
