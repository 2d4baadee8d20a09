/** The team page over the fake engine: everyone in one direction, cropped alike, taken again, kept, and as files. */
import { keyCaps, TEAM_SECTIONS, isPageAction } from '$lib/components/shortcuts';
import type { PageAction, TeamAction } from '$lib/components/shortcuts';
import { eyeDistance } from '$lib/finish/crop';
import type { Studio } from '$lib/state/studio.svelte';
import { describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import TeamPage from '../../src/routes/(app)/team/+page.svelte';
import type { FakeEngineOptions } from './fake-engine';
import { frames, pixelsOf, poll, press, pressShoot, shown, useStudio } from './open-studio';

const { open, close } = useStudio(TeamPage);
const forever = () => new Promise<void>(() => {});
const pick = (name: string | RegExp) =>
	(page.getByRole('radio', { name }).element() as HTMLElement).click();
const choose = (name: string) =>
	(page.getByRole('checkbox', { name }).element() as HTMLElement).click();
const names = () => [...document.querySelectorAll('main li h3')].map((name) => name.textContent);
const dialog = () => document.querySelector('dialog h2')?.textContent;
const said = () => [...document.querySelectorAll('[role="status"].vh')].at(-1)?.textContent;

/** A finished team of Ines and Teo. */
async function openTeam(options: FakeEngineOptions = {}) {
	const opened = await open(options);
	await pressShoot();
	await poll(() => frames('done').length).toBe(2);
	return opened;
}

/** Eye distance and eye height of every portrait, in widths and heights of its crop. */
function measures({ team }: Studio): { distance: number; height: number; fit: string }[] {
	return team.members.map(({ frame, crop }) => {
		const points = frame!.record!.face!.points;
		return {
			distance: eyeDistance(crop!, points),
			height: (points.rightEye[1] - crop!.y) / crop!.height,
			fit: crop!.fit
		};
	});
}

/** What was handed to the browser's downloads since the call. */
function downloads(): { name: string; content: Blob }[] {
	const made = new Map<string, Blob>();
	const saved: { name: string; content: Blob }[] = [];
	const create = URL.createObjectURL.bind(URL);
	vi.spyOn(URL, 'createObjectURL').mockImplementation((content) => {
		const url = create(content);
		if (content instanceof Blob) made.set(url, content);
		return url;
	});
	vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
		this: HTMLAnchorElement
	) {
		saved.push({ name: this.download, content: made.get(this.href)! });
	});
	return saved;
}

describe('a team', () => {
	it('is shot with one press: everyone, one direction, one seed, names under the pictures', async () => {
		const { engine } = await openTeam();
		expect(names()).toEqual(['Ines', 'Teo']);
		const [ines, teo] = engine.requests;
		expect(ines!.embeddings).toHaveLength(3);
		expect(teo!.embeddings).toHaveLength(1);
		expect(ines!.direction).toEqual(teo!.direction);
		expect(ines!.direction.setting).toBe('S3');
		expect(teo!.seed).toBe(ines!.seed);
	});

	it('can have a seed for each, another shoot, an axis of its own, and leave somebody out', async () => {
		const { engine, studio } = await open();
		pick('A seed for each');
		await press('Change shoot');
		pick(/^Author/);
		await press('Close');
		await page.getByRole('button', { name: /^look/i }).click();
		pick(/Tri-X/);
		await press('Done');
		await pressShoot();
		await poll(() => frames('done').length).toBe(2);
		const [first, second] = engine.requests;
		expect(second!.seed).toBe(first!.seed + 1);
		expect(first!.direction).toMatchObject({ setting: 'S9', look: 'L3' });
		// The studio's own call sheet is another one.
		expect(studio.direction.title).toBe('Rooftop Dusk');
		choose('Teo');
		await pressShoot();
		await poll(() => engine.requests.length).toBe(3);
		await poll(names).toEqual(['Ines']);
		choose('Ines');
		await expect.element(page.getByRole('button', { name: /^Shoot 0/ }).first()).toBeDisabled();
	});

	it('takes one of the own shoots', async () => {
		const { engine, studio } = await open();
		const direction = { ...studio.direction.direction, look: 'L5' as const };
		expect(await studio.ownShoots.save('Balcony', { direction, intent: 'editorial' })).toBeNull();
		await press('Change shoot');
		pick(/^Balcony/);
		await press('Close');
		await pressShoot();
		await poll(() => frames('done').length).toBe(2);
		expect(engine.requests[1]!.direction).toEqual(direction);
		await expect.element(page.getByRole('heading', { name: 'Balcony' }).last()).toBeVisible();
	});

	it('is found again after a reload, with its crop, and none of it is made twice', async () => {
		await openTeam();
		pick('Avatar 1:1');
		const pictures = await Promise.all(
			frames('done').map(async (tile) => tile.querySelector('image')!.getAttribute('href')!.length)
		);
		expect(pictures).toHaveLength(2);
		await close();
		const { engine, studio, opened } = await open();
		await opened;
		await poll(() => frames('done').length).toBe(2);
		expect(names()).toEqual(['Ines', 'Teo']);
		expect(studio.team.crop).toBe('avatar');
		expect(engine.requests).toHaveLength(0);
	});

	it('goes on after a reload where it was left', async () => {
		await open({ hold: (frame) => (frame === 2 ? forever() : undefined) });
		await pressShoot();
		await poll(() => frames('done').length).toBe(1);
		await close();
		const { engine } = await open();
		await poll(() => frames('done').length).toBe(2);
		expect(engine.requests).toHaveLength(1);
		expect(engine.requests[0]!.embeddings).toHaveLength(1);
	});

	it('shows progress, and stops one or all at once', async () => {
		const { engine } = await open({ hold: (_frame, step) => (step === 3 ? forever() : undefined) });
		await pressShoot();
		await shown('Frame 1 of 2, step 2 of 8');
		await press('Stop Ines');
		await poll(() => engine.requests.length).toBe(2);
		expect(frames('stopped')).toHaveLength(1);
		await press('Cancel');
		await poll(() => frames('stopped').length).toBe(2);
		expect(frames('done')).toHaveLength(0);
	});

	it('loses one person to a bad photograph, not the others, and says why', async () => {
		await open({
			photoError: (name) =>
				name === 'Teo' ? { code: 'photo-no-face', params: { name: 'Teo' } } : null
		});
		await pressShoot();
		await poll(() => frames('done').length).toBe(1);
		await poll(() => frames('failed').length).toBe(1);
		expect(frames('failed')[0]!.textContent).toContain('No face found');
		expect(names()).toEqual(['Ines', 'Teo']);
	});
});

describe('the crop', () => {
	it('gives everyone the same distance and height of the eyes, in every shape', async () => {
		const { studio } = await openTeam();
		const sizes = studio.team.members.map(({ frame }) => frame!.record!.face!.box.width);
		expect(sizes[0]).not.toBeCloseTo(sizes[1]!, 1);
		for (const shape of ['Profile 4:5', 'Badge 3:4', 'Avatar 1:1']) {
			pick(shape);
			const [ines, teo] = measures(studio);
			expect([ines!.fit, teo!.fit]).toEqual(['face', 'face']);
			expect(teo!.distance).toBeCloseTo(ines!.distance, 9);
			expect(teo!.height).toBeCloseTo(ines!.height, 9);
		}
		pick('As shot');
		await poll(() => document.querySelector('main li svg')?.getAttribute('viewBox')).toBe(
			'0 0 256 320'
		);
	});

	it('says in words that no face was found', async () => {
		const { studio } = await openTeam({ faceless: (frame) => frame === 2 });
		expect(studio.team.members.map(({ crop }) => crop!.fit)).toEqual(['face', 'no-face']);
		await shown('No face was found to go by, so its place is a guess');
	});
});

describe('another take', () => {
	it('has another seed, stands on the page at once, and the earlier one comes back', async () => {
		const { engine, studio } = await openTeam();
		await press('Take Teo again');
		await poll(() => frames('done').length + engine.requests.length).toBe(5);
		const [, first, second] = engine.requests;
		expect(second!.embeddings).toEqual(first!.embeddings);
		expect(second!.direction).toEqual(first!.direction);
		expect(second!.seed).not.toBe(first!.seed);
		expect(studio.team.members[1]!.frame!.index).toBe(2);
		expect(studio.team.sheet!.frames).toHaveLength(3);
		await press('Take 2 of 2 of Teo, show the next one');
		await poll(() => studio.team.members[1]!.frame!.index).toBe(1);
		await close();

		const again = await open();
		await again.opened;
		await poll(() => again.studio.team.members[1]?.takes.length).toBe(2);
		expect(again.studio.team.members[1]!.frame!.index).toBe(1);
		expect(again.studio.team.members[0]!.takes).toHaveLength(1);
		expect(again.engine.requests).toHaveLength(0);
	});

	it('is opened large, deleted, and the one before it stands in its place; Undo brings it back', async () => {
		const { studio } = await openTeam();
		await press('Take Ines again');
		await poll(() => studio.team.members[0]!.takes.length).toBe(2);
		await poll(() => frames('done').length).toBe(2);
		await page.getByRole('button', { name: /^Ines, .*open$/ }).click();
		await poll(dialog).toBe('Team Page, frame 03');
		await userEvent.keyboard('{Delete}');
		await poll(() => studio.team.members[0]!.frame!.index).toBe(0);
		await userEvent.keyboard('{Escape}');
		await press('Undo');
		await poll(() => studio.team.members[0]!.frame!.index).toBe(2);
	});
});

describe('files', () => {
	it('a sheet: one PNG on paper, every portrait on it', async () => {
		await openTeam();
		const saved = downloads();
		await press('Save sheet');
		await poll(() => saved.length).toBe(1);
		const { name, content } = saved[0]!;
		expect(name).toBe('luxshot-team-page-sheet.png');
		expect(content.type).toBe('image/png');
		const sheet = new Image();
		sheet.src = URL.createObjectURL(content);
		await sheet.decode();
		expect(sheet.naturalWidth).toBe(1600);
		const canvas = new OffscreenCanvas(sheet.naturalWidth, sheet.naturalHeight);
		const context = canvas.getContext('2d')!;
		context.drawImage(sheet, 0, 0);
		const at = (x: number, y: number) =>
			[...context.getImageData(x * canvas.width, y * canvas.height, 1, 1).data].slice(0, 3);
		expect(at(0.01, 0.01)).toEqual([0xf1, 0xf2, 0xef]);
		const [left, right] = [at(0.25, 0.5), at(0.75, 0.5)];
		expect(left).not.toEqual([0xf1, 0xf2, 0xef]);
		expect(right).not.toEqual(left);
		const text = new TextDecoder('latin1').decode(await content.arrayBuffer());
		expect(text).toContain('trainedAlgorithmicMedia');
	});

	it('a ZIP: a PNG for everyone, all of one size, named after them', async () => {
		const { studio } = await openTeam();
		const saved = downloads();
		await press('Save ZIP');
		await poll(() => saved.length).toBe(1);
		expect(saved[0]!.name).toBe('luxshot-team-page.zip');
		const bytes = new Uint8Array(await saved[0]!.content.arrayBuffer());
		const text = new TextDecoder('latin1').decode(bytes);
		expect(text).toContain('01-ines.png');
		expect(text).toContain('02-teo.png');
		const view = new DataView(bytes.buffer);
		const sizes = [...text.matchAll(/IHDR/g)].map(({ index }) => [
			view.getUint32(index + 4),
			view.getUint32(index + 8)
		]);
		expect(sizes).toHaveLength(2);
		expect(sizes[1]).toEqual(sizes[0]);
		expect(sizes[0]![0]! / sizes[0]![1]!).toBeCloseTo(0.8, 1);
		expect(studio.exports.problem).toBeNull();
	});

	it('says why one could not be made, and loses nothing', async () => {
		await openTeam();
		vi.spyOn(HTMLCanvasElement.prototype, 'toBlob').mockImplementation((done) => done(null));
		await press('Save sheet');
		await shown('The file could not be made');
		expect(frames('done')).toHaveLength(2);
		await expect.element(page.getByRole('button', { name: 'Save sheet' })).toBeEnabled();
	});
});

/** What can be seen after each key. Keys that lead to another page belong to the layout. */
const EFFECTS: Record<Exclude<TeamAction, PageAction>, (studio: Studio) => Promise<void>> = {
	shoot: () => poll(() => frames('done').length).toBe(2),
	cancel: () => poll(said).toBe('Nothing is being shot.'),
	'new-seed': (studio) => poll(said).toBe(`Seed ${studio.team.direction.seed}.`),
	policy: () => poll(said).toBe('A seed for each.'),
	shoots: () => poll(dialog).toBe('Shoots'),
	undo: async (studio) => {
		await poll(said).toBe('Nothing to undo.');
		studio.team.direction.roll();
		await userEvent.keyboard('u');
		await poll(() => studio.team.direction.title).toBe('Team Page');
	},
	crop: () => poll(said).toBe('Badge 3:4.'),
	'save-sheet': () => poll(said).toBe('There is no portrait yet.'),
	'save-zip': () => poll(said).toBe('There is no portrait yet.'),
	'open-framing': () => poll(dialog).toBe('Framing'),
	'open-setting': () => poll(dialog).toBe('Setting'),
	'open-styling': () => poll(dialog).toBe('Styling'),
	'open-mood': () => poll(dialog).toBe('Mood'),
	'open-pose': () => poll(dialog).toBe('Pose'),
	'open-look': () => poll(dialog).toBe('Look'),
	list: () => poll(dialog).toBe('Keys')
};

describe('keys of the team page', () => {
	for (const row of TEAM_SECTIONS.flatMap(({ shortcuts }) => [...shortcuts])) {
		const { action } = row;
		if (isPageAction(action)) continue;
		it(`do what the list says: ${row.says}`, async () => {
			const { studio } = await open();
			const caps = keyCaps(row);
			await userEvent.keyboard(caps.length > 1 ? `{Shift>}${caps.at(-1)}{/Shift}` : row.key);
			await EFFECTS[action](studio);
		});
	}
});

describe('the page', () => {
	for (const [width, height] of [
		[320, 640],
		[390, 844],
		[768, 1024],
		[720, 450],
		[1440, 900]
	] as const)
		it(`fits ${width} x ${height} without sideways scrolling`, async () => {
			await page.viewport(width, height);
			await openTeam();
			const { scrollWidth, clientWidth } = document.documentElement;
			expect(scrollWidth - clientWidth).toBe(0);
			const image = document.querySelector('main li button.pic svg')!;
			expect(image.getBoundingClientRect().width).toBeGreaterThan(100);
		});

	it('hangs on the wall of the studio like any other shoot', async () => {
		const { studio } = await openTeam();
		expect(studio.run.sheets[0]!.frames.map(({ member }) => member?.name)).toEqual(['Ines', 'Teo']);
		const first = await fetchPicture(studio, 0);
		expect(first).not.toBe(await fetchPicture(studio, 1));
	});
});

async function fetchPicture(studio: Studio, index: number): Promise<string> {
	const image = new Image();
	image.src = studio.run.sheets[0]!.frames[index]!.url!;
	return pixelsOf(image);
}
