import 'fake-indexeddb/auto';
import { DirectionState } from '$lib/state/direction.svelte';
import { OwnShootState } from '$lib/state/own-shoots.svelte';
import { Repository } from '$lib/storage/repository';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

let repository: Repository;
let own: OwnShootState;
let direction: DirectionState;

beforeEach(() => {
	repository = new Repository({ name: crypto.randomUUID() });
	own = new OwnShootState(repository);
	direction = new DirectionState(() => own.all);
});
afterEach(async () => {
	vi.restoreAllMocks();
	await repository.close();
});

const names = () => own.all.map(({ name }) => name);
const byName = (name: string) => own.all.find((shoot) => shoot.name === name)!;

describe('own shoots', () => {
	it('keep a direction under a name, tidied, and find it again', async () => {
		direction.choose('look', 'L3');
		expect(await own.save('  Balcony,\n in  the rain ', direction)).toBeNull();
		const again = new OwnShootState(repository);
		await again.load();
		expect(again.all).toEqual(own.all);
		expect(again.all[0]).toMatchObject({
			name: 'Balcony, in the rain',
			intent: 'editorial',
			direction: { look: 'L3', setting: 'S4' }
		});
	});

	it('refuse an empty name, and one that any shoot has, whatever its case', async () => {
		expect(await own.save(' \t', direction)).toEqual({ code: 'shoot-unnamed', params: {} });
		expect(await own.save('rooftop dusk', direction)).toEqual({
			code: 'shoot-name-taken',
			params: { name: 'Rooftop Dusk', given: true }
		});
		await own.save('Balcony', direction);
		await own.save('Garden', direction);
		const taken = { code: 'shoot-name-taken', params: { name: 'Balcony', given: false } };
		expect(await own.save('BALCONY ', direction)).toEqual(taken);
		expect(await own.rename(byName('Garden').id, 'balcony')).toEqual(taken);
		expect(names()).toEqual(['Balcony', 'Garden']);
	});

	it('can be renamed, to another case of the same name too', async () => {
		await own.save('Balcony', direction);
		expect(await own.rename(byName('Balcony').id, 'BALCONY')).toBeNull();
		expect(names()).toEqual(['BALCONY']);
		expect((await repository.listOwnShoots()).map(({ name }) => name)).toEqual(['BALCONY']);
	});

	it('come back after a delete, in their place', async () => {
		await own.save('Balcony', direction);
		await new Promise((later) => setTimeout(later, 2));
		await own.save('Garden', direction);
		await own.remove(byName('Balcony').id);
		expect(await repository.listOwnShoots()).toHaveLength(1);
		expect(own.removed?.name).toBe('Balcony');
		expect(await own.undo()).toBeNull();
		expect(names()).toEqual(['Balcony', 'Garden']);
		expect(own.removed).toBeNull();
		expect(await repository.listOwnShoots()).toHaveLength(2);
	});

	it('list nothing that storage refused', async () => {
		vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
			throw new DOMException('full', 'QuotaExceededError');
		});
		expect((await own.save('Balcony', direction))?.code).toBe('storage-full');
		expect(own.all).toEqual([]);
	});
});

describe('the title', () => {
	it('follows when the direction equals a saved one, and when that is renamed or deleted', async () => {
		direction.choose('look', 'L3');
		expect(direction.title).toBe('Rooftop Dusk');
		expect(direction.changed).toEqual(['look']);
		await own.save('Balcony', direction);
		expect(direction.title).toBe('Balcony');
		expect(direction.changed).toEqual([]);

		direction.choose('look', 'L4');
		expect(direction.title).toBe('Rooftop Dusk');
		direction.apply(byName('Balcony'));
		await own.rename(byName('Balcony').id, 'Terrace');
		expect(direction.title).toBe('Terrace');
		direction.choose('mood', 'M1');
		expect(direction.title).toBe('Terrace');
		expect(direction.changed).toEqual(['mood']);

		await own.remove(byName('Terrace').id);
		expect(direction.base).toBeNull();
		expect(direction.title).toBe('Your own');
		await own.undo();
		expect(direction.title).toBe('Terrace');
	});
});
