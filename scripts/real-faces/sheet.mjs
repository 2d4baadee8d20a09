/** The side-by-side sheet of `npm run pocket:faces`. */

/**
 * One person a block (photograph, headshot, editorial), two blocks a row. Runs in the page, so everything it needs comes in.
 *
 * @param {{ people: { name: string, photo: string, frames: string[] }[], quality: number }} content pictures as base64; the
 *   photograph is cropped from the middle to the shape of a frame, never squeezed
 * @returns {Promise<string>} WebP as base64
 */
export async function layOut({ people, quality }) {
	const cell = { width: 256, height: 320 };
	const gap = 6;
	const label = 22;
	const perRow = 2;
	const open = (base64) =>
		createImageBitmap(new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))]));
	const blocks = await Promise.all(
		people.map(async ({ name, photo, frames }) => ({
			name,
			pictures: await Promise.all([photo, ...frames].map(open))
		}))
	);
	const columns = Math.max(...blocks.map(({ pictures }) => pictures.length));
	const block = {
		width: columns * (cell.width + gap) + 3 * gap,
		height: cell.height + label + gap
	};
	const canvas = document.createElement('canvas');
	canvas.width = perRow * block.width;
	canvas.height = Math.ceil(blocks.length / perRow) * block.height;
	const context = canvas.getContext('2d');
	context.fillStyle = '#fff';
	context.fillRect(0, 0, canvas.width, canvas.height);
	context.fillStyle = '#111';
	context.font = '15px sans-serif';
	blocks.forEach(({ name, pictures }, i) => {
		const left = (i % perRow) * block.width;
		const top = Math.floor(i / perRow) * block.height;
		context.fillText(name, left + gap, top + 16);
		pictures.forEach((picture, j) => {
			const scale = Math.min(picture.width / cell.width, picture.height / cell.height);
			const [width, height] = [cell.width * scale, cell.height * scale];
			context.drawImage(
				picture,
				...[(picture.width - width) / 2, (picture.height - height) / 2, width, height],
				...[left + gap + j * (cell.width + gap), top + label, cell.width, cell.height]
			);
			picture.close();
		});
	});
	return canvas.toDataURL('image/webp', quality).split(',')[1];
}
