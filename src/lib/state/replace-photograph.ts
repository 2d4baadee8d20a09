/** One photograph of a sitter in the place of another. */
import type { SitterState } from './sitters.svelte';

/**
 * Takes `replaced` away now that a newer photograph of the sitter is there.
 * @returns undoes the exchange: the old one comes back, then the newer one goes; null when `replaced` was gone already
 * @throws LuxError what storage throws; the sitter has both photographs then
 */
export async function replacePhotograph(
	sitters: Pick<SitterState, 'all' | 'removeReference'>,
	sitterId: string,
	replaced: string
): Promise<(() => Promise<void>) | null> {
	const newer = sitters.all.find(({ id }) => id === sitterId)?.photographs.at(-1);
	const putBack = await sitters.removeReference(sitterId, replaced);
	if (!newer || !putBack) return null;
	return async () => {
		// In this order the sitter is never without a photograph.
		await putBack();
		await sitters.removeReference(sitterId, newer.id);
	};
}
