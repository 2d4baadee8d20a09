/**
 * Every screen and state of the app, in the order in which one visit can show them. A scene brings the page into its state,
 * is photographed, and leaves the page as the next one expects it.
 */

/** @typedef {import('playwright').Page} Page */

/**
 * @typedef {object} Scene
 * @property {string} name Also the name of its files.
 * @property {(page: Page) => Promise<unknown>} [arrange]
 * @property {(page: Page) => Promise<unknown>} [leave]
 * @property {boolean} [whole] The whole page on a phone, not only what fits the screen.
 */

/** Frames are made by the real pack: a shared machine needs a while. */
const SLOW = { timeout: 90_000 };

const named = (/** @type {Page} */ page, /** @type {string | RegExp} */ name) =>
	page
		.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name })
		.filter({ visible: true })
		.first();
const press = (/** @type {Page} */ page, /** @type {string | RegExp} */ name) =>
	named(page, name).click();
const close = (/** @type {Page} */ page) => press(page, 'Close');
const key = (/** @type {string} */ name) => (/** @type {Page} */ page) => page.keyboard.press(name);

/** @param {Page} page @param {number} done finished frames on the page */
async function finished(page, done) {
	await page.waitForFunction(
		(count) => document.querySelectorAll('li[data-status="done"]').length >= count,
		done,
		SLOW
	);
}

/** @param {Page} page @param {string} section */
async function go(page, section) {
	await page.getByRole('navigation').getByRole('link', { name: section }).click();
	await page.waitForLoadState();
}

/** @type {Scene[]} */
export const SCENES = [
	{ name: 'studio-first' },
	{
		name: 'studio-exposing',
		arrange: async (page) => {
			await press(page, /^Shoot \d/);
			await page.locator('li[data-status="done"]').first().waitFor(SLOW);
		},
		leave: (page) => finished(page, 3)
	},
	{ name: 'studio', whole: true },
	{ name: 'axis', arrange: key('Shift+M'), leave: (page) => dismiss(page) },
	{ name: 'shoots', arrange: key('o'), leave: (page) => dismiss(page) },
	{ name: 'settings', arrange: (page) => phone(page, /^Seed/), leave: (page) => dismiss(page) },
	{ name: 'save-shoot', arrange: key('m'), leave: close },
	{ name: 'told', arrange: key('w'), leave: close },
	{ name: 'keys', arrange: key('?'), leave: close },
	{
		name: 'hand-on',
		arrange: (page) => press(page, 'Hand on Rooftop Dusk'),
		leave: close
	},
	{ name: 'large', arrange: (page) => press(page, /^Frame 01/) },
	{
		name: 'compare',
		arrange: (page) =>
			page.getByRole('combobox', { name: 'Compare with' }).selectOption('Reference 1'),
		leave: (page) => page.getByRole('combobox', { name: 'Compare with' }).selectOption('nothing')
	},
	{
		name: 'delivery',
		arrange: async (page) => {
			await page.getByRole('combobox', { name: 'Shape' }).selectOption('Avatar 1:1');
			await page.locator('a[download*="avatar"]').waitFor();
		},
		leave: (page) => page.getByRole('combobox', { name: 'Shape' }).selectOption('As shot')
	},
	{
		name: 'variations',
		arrange: async (page) => {
			await press(page, /^Favourite/);
			await press(page, 'Shoot 3 strong');
			await finished(page, 6);
		}
	},
	{
		name: 'pair',
		arrange: async (page) => {
			await press(page, /^Shoot both/);
			await finished(page, 8);
			await page.evaluate(() => scrollTo(0, 0));
		}
	},
	{
		name: 'undo',
		arrange: async (page) => {
			await named(page, /^Frame 02, .*open$/).focus();
			await page.keyboard.press('Delete');
			await page.getByText(/is in the bin$/).waitFor();
		}
	},
	{
		name: 'bin',
		arrange: async (page) => {
			await press(page, /^Delete Rooftop Dusk, strong variations/);
			await page.getByText(/variations.* is in the bin$/).waitFor();
			await press(page, 'Bin');
			await page.getByRole('dialog').waitFor();
		}
	},
	{
		name: 'bin-asking',
		arrange: (page) => press(page, 'Empty bin'),
		leave: async (page) => {
			await close(page);
			await press(page, 'Dismiss');
		}
	},
	{
		name: 'intake',
		arrange: async (page) => {
			await press(page, 'Use your own face');
			await page.getByRole('checkbox', { name: /This is me/ }).check();
			const photographs = page.getByRole('dialog').getByLabel('Photographs').last();
			await photographs.setInputFiles([
				'tests/fixtures/photos/astronaut.jpg',
				'tests/fixtures/photos/no-face.jpg',
				'tests/fixtures/photos/two-faces.jpg'
			]);
			await page
				.locator('li[data-status="waiting"], li[data-status="reading"]')
				.first()
				.waitFor({
					state: 'detached',
					...SLOW
				});
		},
		leave: (page) => dismiss(page)
	},
	{ name: 'sitter', arrange: (page) => press(page, 'edit'), leave: (page) => dismiss(page) },
	{
		name: 'team-first',
		arrange: (page) => go(page, 'Team'),
		whole: true
	},
	{
		name: 'team-exposing',
		arrange: async (page) => {
			await press(page, /^Shoot \d/);
			await finished(page, 2);
		},
		leave: (page) => finished(page, 7)
	},
	{ name: 'team', whole: true },
	{
		name: 'team-retake',
		arrange: async (page) => {
			await page.getByRole('radio', { name: 'Avatar 1:1' }).check({ force: true });
			await press(page, 'Take Ines again');
			await page.getByText('Take 2 of 2').waitFor(SLOW);
		},
		whole: true
	},
	{
		name: 'packs',
		arrange: async (page) => {
			await go(page, 'Packs');
			// What the app can put together is read after the page is there.
			await page
				.getByRole('heading', { name: /Large Format/ })
				.first()
				.waitFor(SLOW);
		},
		whole: true
	},
	{ name: 'privacy', arrange: (page) => go(page, 'Privacy'), whole: true },
	{
		name: 'privacy-offline',
		arrange: (page) => page.context().setOffline(true),
		leave: (page) => page.context().setOffline(false)
	},
	{
		name: 'failed-frame',
		arrange: async (page) => {
			await go(page, 'Studio');
			await press(page, /^Shoot \d/);
			await page.locator('li[data-status="exposing"]').first().waitFor(SLOW);
			const worker = page.workers().find((one) => one.url().includes('portrait.worker'));
			await worker?.evaluate(() => self.close());
			await page.locator('li[data-status="failed"]').first().waitFor(SLOW);
			await page.evaluate(() => scrollTo(0, 0));
		},
		leave: (page) => press(page, 'Cancel').catch(() => undefined)
	},
	{
		name: 'arrived',
		arrange: async (page) => {
			const link =
				'#shoot=1&d=F2,S6,Y5,M9,P7,L6&seed=4711&n=3&strength=0.8&pack=pocket.0000000000000000';
			await page.evaluate((fragment) => (location.hash = fragment), link);
			await page.getByText(/handed on to you/).waitFor();
			await page.evaluate(() => scrollTo(0, 0));
		}
	},
	{
		name: 'failed-start',
		arrange: async (page) => {
			await page.context().route('**/packs/pocket/denoiser.onnx', (route) => route.abort());
			await page.reload();
			await page.getByRole('alert').first().waitFor(SLOW);
		}
	}
];

/** Closes whatever lies over the page, where anything does. @param {Page} page */
async function dismiss(page) {
	if (await page.locator('dialog[open]').count()) await page.keyboard.press('Escape');
}

/** What only a phone has a button for. @param {Page} page @param {RegExp} name */
async function phone(page, name) {
	await page.setViewportSize({ width: 390, height: 844 });
	await press(page, name);
}
