import { crc32, markPng } from '$lib/finish/mark-png';
import { archiveName, memberNames, portraitName, sheetName } from '$lib/finish/names';
import { zip } from '$lib/finish/pictures';
import { describe, expect, it } from 'vitest';

describe('file names', () => {
	it('are taken by any system', () => {
		expect(portraitName('Rooftop Dusk', 'Inés / ../x', 7)).toBe(
			'luxshot-rooftop-dusk-ines-x-7.png'
		);
		expect(portraitName('Directory', '李', 7)).toBe('luxshot-directory-untitled-7.png');
		expect(sheetName('Team Page')).toBe('luxshot-team-page-sheet.png');
		expect(archiveName('Headshot and "Editorial"')).toBe('luxshot-headshot-and-editorial.zip');
		expect(archiveName('a'.repeat(300)).length).toBeLessThan(80);
	});

	it('of a team stand in its order and differ even where people have one name', () => {
		expect(memberNames(['Ines', 'Teo', 'Ines', '../李'])).toEqual([
			'01-ines.png',
			'02-teo.png',
			'03-ines.png',
			'04-untitled.png'
		]);
		const many = memberNames(Array(120).fill('Ines'));
		expect(new Set(many).size).toBe(120);
		expect(many.toSorted()).toEqual(many);
	});
});

/** 1 x 1 px, as an encoder writes it. */
const PNG = Uint8Array.from(
	atob(
		'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
	),
	(character) => character.charCodeAt(0)
);

/** Type, data and whether the checksum holds, of every chunk. */
function chunksOf(png: Uint8Array): { type: string; data: Uint8Array; sound: boolean }[] {
	const view = new DataView(png.buffer, png.byteOffset);
	const chunks = [];
	for (let at = 8; at < png.length;) {
		const length = view.getUint32(at);
		const body = png.subarray(at + 4, at + 8 + length);
		chunks.push({
			type: new TextDecoder().decode(body.subarray(0, 4)),
			data: body.subarray(4),
			sound: crc32(body) === view.getUint32(at + 8 + length)
		});
		at += 12 + length;
	}
	return chunks;
}

describe('the mark of a picture made by a model', () => {
	it('stands in the file as XMP, in a sound chunk, and the picture is as it was', () => {
		const chunks = chunksOf(markPng(PNG, 'LuxShot & "pack" <x>'));
		expect(chunks.map(({ type }) => type)).toEqual(['IHDR', 'iTXt', 'IDAT', 'IEND']);
		expect(chunks.every(({ sound }) => sound)).toBe(true);
		const text = new TextDecoder().decode(chunks[1]!.data);
		expect(text.startsWith('XML:com.adobe.xmp\0\0\0\0\0<?xpacket')).toBe(true);
		expect(text).toContain('digitalsourcetype/trainedAlgorithmicMedia"');
		expect(text).toContain('xmp:CreatorTool="LuxShot &amp; &quot;pack&quot; &lt;x&gt;"');
		const original = chunksOf(PNG);
		expect(chunks[2]!.data).toEqual(original[1]!.data);
	});

	it('is not written into what is no PNG', () => {
		const other = new Uint8Array([1, 2, 3]);
		expect(markPng(other, 'x')).toBe(other);
	});
});

describe('an archive', () => {
	it('holds every file under its name with its bytes', async () => {
		const archive = await zip([
			{ name: '01-ines.png', content: new Blob([PNG]) },
			{ name: '02-teo.png', content: new Blob(['teo']) }
		]);
		const bytes = new Uint8Array(await archive.arrayBuffer());
		const text = new TextDecoder('latin1').decode(bytes);
		// Local headers, then the central directory: each name twice.
		expect(text.split('01-ines.png')).toHaveLength(3);
		expect(text.split('02-teo.png')).toHaveLength(3);
		expect(text).toContain(new TextDecoder('latin1').decode(PNG));
		expect(bytes.subarray(0, 4)).toEqual(new Uint8Array([80, 75, 3, 4]));
	});
});
