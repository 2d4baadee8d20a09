/** The graphs of a pack, opened and released by a memory plan. */
import { isLuxError, LuxError } from '$lib/contract/errors';
import type { AnyGraphName, GraphVariant } from '$lib/contract/manifest';
import type { Graph, GraphTensor } from './graph';
import { releasedFor, type MemoryPlan, type OpenVariant } from './memory-plan';

export class GraphShelf {
	readonly #plan: MemoryPlan;
	readonly #compile: (wanted: OpenVariant) => Promise<Graph>;
	/** By variant: each is a file of its own. */
	readonly #open = new Map<GraphVariant, { name: AnyGraphName; graph: Graph }>();
	/** Settles, always successfully, when everything that was asked for so far is done. */
	#tail: Promise<unknown> = Promise.resolve();
	#closed = false;

	constructor(plan: MemoryPlan, compile: (wanted: OpenVariant) => Promise<Graph>) {
		this.#plan = plan;
		this.#compile = compile;
	}

	/** What is open now. */
	get open(): OpenVariant[] {
		return [...this.#open].map(([variant, { name }]) => ({ name, variant }));
	}

	/** Opens a graph before it is needed. @throws LuxError what compiling throws */
	prepare(wanted: OpenVariant): Promise<void> {
		return this.#next(async () => void (await this.#obtain(wanted)));
	}

	/** The graph as stages know it: it is opened when it is run, if it is not open. */
	handle(wanted: OpenVariant): Graph {
		return {
			run: (feeds) => this.#next(() => this.#run(wanted, feeds)),
			release: () => this.#next(() => this.#release([wanted]))
		};
	}

	/** Releases everything; what is run afterwards fails. */
	dispose(): Promise<void> {
		return this.#next(async () => {
			this.#closed = true;
			await this.#release(this.open);
		});
	}

	/** One after the other: whatever stages do at the same time, no graph is released while it, or another one, runs. */
	#next<T>(task: () => Promise<T>): Promise<T> {
		const result = this.#tail.then(task);
		this.#tail = result.catch(() => undefined);
		return result;
	}

	async #run(wanted: OpenVariant, feeds: Record<string, GraphTensor>) {
		const graph = await this.#obtain(wanted);
		return this.#withRoom(wanted, () => graph.run(feeds));
	}

	async #obtain(wanted: OpenVariant): Promise<Graph> {
		const { name, variant } = wanted;
		if (this.#closed) throw new LuxError('runtime-failed', { stage: name, detail: 'pack closed' });
		const found = this.#open.get(variant);
		if (found) return found.graph;
		await this.#release(releasedFor(this.#plan, this.open, wanted));
		const graph = await this.#withRoom(wanted, () => this.#compile(wanted));
		this.#open.set(variant, { name, graph });
		return graph;
	}

	/** The plan's figures are estimates. Once more, with nothing beside it, before memory is said to be too small. */
	async #withRoom<T>({ variant }: OpenVariant, work: () => Promise<T>): Promise<T> {
		try {
			return await work();
		} catch (error) {
			const others = this.open.filter((other) => other.variant !== variant);
			if (!isLuxError(error, 'out-of-memory') || others.length === 0) throw error;
			await this.#release(others);
			return work();
		}
	}

	async #release(graphs: readonly OpenVariant[]): Promise<void> {
		for (const { variant } of graphs) {
			const found = this.#open.get(variant);
			this.#open.delete(variant);
			await found?.graph.release();
		}
	}
}
