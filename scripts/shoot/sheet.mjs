/** Lays the frames out on film black in the page's own canvas; PNG as base64. */
export async function makeSheet(page, frames) {
	return page.evaluate(async (pngs) => {
		const images = await Promise.all(
			pngs.map((png) => {
				const bytes = Uint8Array.from(atob(png), (c) => c.charCodeAt(0));
				return createImageBitmap(new Blob([bytes], { type: 'image/png' }));
			})
		);
		const columns = Math.min(3, images.length);
		const rows = Math.ceil(images.length / columns);
		const gap = 16;
		const { width, height } = images[0];
		const canvas = new OffscreenCanvas(columns * (width + gap) + gap, rows * (height + gap) + gap);
		const context = canvas.getContext('2d');
		context.fillStyle = '#0f1012';
		context.fillRect(0, 0, canvas.width, canvas.height);
		images.forEach((image, i) => {
			context.drawImage(
				image,
				gap + (i % columns) * (width + gap),
				gap + Math.floor(i / columns) * (height + gap)
			);
			image.close();
		});
		const bytes = new Uint8Array(
			await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer()
		);
		let text = '';
		for (const byte of bytes) text += String.fromCharCode(byte);
		return btoa(text);
	}, frames);
}
