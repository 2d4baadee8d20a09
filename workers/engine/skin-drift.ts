/** How far the skin of a portrait strays from the references, where their light can be compared at all. */
import type { Direction, OptionId } from '$lib/contract/direction';
import type { SkinDrift, SkinTone } from '$lib/contract/skin';

/**
 * Options that colour or hide skin on purpose: there a difference says nothing about the sitter.
 * Settings at dusk and under neon; hard, coloured or sparse light; black and white, tungsten, bleached and graded looks.
 */
const COLOURED: ReadonlySet<OptionId> = new Set<OptionId>([
	...(['S4', 'S8'] as const),
	...(['M3', 'M5', 'M6', 'M8', 'M9'] as const),
	...(['L3', 'L4', 'L6', 'L7'] as const)
]);

/** Degrees: 19 of 20 photographs of one sitter in neutral light differ by less from the others (`docs/likeness.md`). */
export const SKIN_DRIFT_LIMIT = 25;

/**
 * @param references of the sitter; their median counts, so one odd light does not
 * @returns null where it cannot be judged: strongly coloured directions, unset light or look, or no measure
 */
export function skinDrift(
	portrait: SkinTone | null,
	references: readonly SkinTone[],
	direction: Direction
): SkinDrift | null {
	if (!portrait || references.length === 0 || !isNeutral(direction)) return null;
	const median = medianOf(references.map(({ angle }) => angle));
	return { degrees: portrait.angle - median, limit: SKIN_DRIFT_LIMIT };
}

/** @param values at least one */
export function medianOf(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

/** Light and look are set, and neither they nor the setting colour skin. */
export function isNeutral({ setting, mood, look }: Direction): boolean {
	if (mood === null || look === null) return false;
	return [setting, mood, look].every((option) => option === null || !COLOURED.has(option));
}
