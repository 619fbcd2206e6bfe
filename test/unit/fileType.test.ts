import sharp from 'sharp';

import { checkFile } from '../../nodes/Segmind/files/fileType';

/** What the node takes a file for, from its bytes, its content type and its link. */
function read(bytes: Buffer, contentType?: unknown, link?: string) {
	const check = checkFile(bytes, contentType, link);
	if (check.file === undefined) return check.problem;
	expect(check.file.bytes).toBe(bytes);
	const { format, mimeType, width, height } = check.file;
	return [format, mimeType, width, height];
}

/** The start of an MP4, a box of 32 bytes, and what could be its content. */
const MP4 = Buffer.concat([
	Buffer.from('000000206674797069736f6d0000020069736f6d69736f32617663316d703431', 'hex'),
	Buffer.alloc(200, 7),
]);

const LINK = 'https://a.example/a.mp4';

it.each([
	['jpeg', 'jpg'],
	['png', 'png'],
	['webp', 'webp'],
] as const)('a %s is read from its bytes, whatever else is said', async (encoding, format) => {
	const create = { width: 20, height: 10, channels: 3, background: '#c60' } as const;
	const bytes = await sharp({ create }).toFormat(encoding).toBuffer();
	for (const type of [undefined, 'video/mp4', 'text/html', 'application/octet-stream']) {
		expect(read(bytes, type, LINK)).toEqual([format, `image/${encoding}`, 20, 10]);
	}
	expect(read(bytes.subarray(0, -10), 'image/png', LINK)).toBe('truncated');
});

it.each([
	['video/mp4', 'mp4'],
	['Video/MP4; codecs="avc1"', 'mp4'],
	['video/webm', 'webm'],
	['video/quicktime', 'mov'],
	['audio/mpeg', 'mp3'],
	['audio/ogg', 'ogg'],
	['audio/wav', 'wav'],
	['audio/x-wav', 'wav'],
	['model/gltf-binary', 'glb'],
	['image/avif', 'avif'],
	['image/gif', 'gif'],
])('%s is %s, whatever the link says', (type, format) => {
	const mimeType = type.split(';')[0]!.toLowerCase();
	expect(read(MP4, type, 'https://a.example/a.mp3')).toEqual([format, mimeType, null, null]);
});

it.each([
	[LINK, 'mp4', 'video/mp4'],
	['https://a.example/film.MP4?sig=a.mp3#x.wav', 'mp4', 'video/mp4'],
	['https://a.example/a.b.glb', 'glb', 'model/gltf-binary'],
])('%s is a %s if no type is given', (link, format, mimeType) => {
	for (const type of [undefined, '', 'application/octet-stream', 'binary/octet-stream']) {
		expect(read(MP4, type, link)).toEqual([format, mimeType, null, null]);
	}
});

it.each([
	...['<html></html>', '\r\n  <!DOCTYPE html>', '\ufeff<html></html>', ''].map((text) => [text, 'unknown']),
	...['{"error":"gone"}', '[]'].map((text) => [text, 'text']),
])('%j is no file, whatever else is said, but %s', (text = '', problem) => {
	for (const type of ['video/mp4', 'audio/mpeg']) {
		expect(read(Buffer.from(text), type, LINK)).toBe(problem);
	}
});
