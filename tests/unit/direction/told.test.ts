import { AXES, type Direction } from '$lib/contract/direction';
import { parseDirection } from '$lib/direction/compile';
import { toldAxes } from '$lib/direction/told';
import { VOCABULARY } from '$lib/direction/vocabulary';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { directionIds } from '$workers/stages/encode-direction';

const directions = fc
	.record(
		Object.fromEntries(
			AXES.map((axis) => [axis, fc.constantFrom(null, ...VOCABULARY[axis].map(({ id }) => id))])
		)
	)
	.map((value) => value as unknown as Direction);

describe('what the model is told', () => {
	it('is what the pipeline really feeds the pack, in any order of axes', () => {
		fc.assert(
			fc.property(
				directions,
				fc.shuffledSubarray([...AXES], { minLength: 6 }),
				(direction, axes) => {
					const conditioning = { kind: 'vocabulary', axes, options: 9, unset: 9 } as const;
					const fed = directionIds(direction, { ...conditioning, tokens: 12, width: 192 });
					expect(toldAxes(direction, conditioning).map(({ id }) => id)).toEqual([...fed]);
				}
			)
		);
	});

	it('says which axes are open', () => {
		const told = toldAxes(parseDirection('F5'), { axes: AXES, unset: 9 });
		expect(told[0]).toMatchObject({ axis: 'framing', id: 4, option: { name: 'Half-length' } });
		expect(told[1]).toEqual({ axis: 'setting', id: 9, option: null });
	});
});
