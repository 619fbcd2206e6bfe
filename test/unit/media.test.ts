import sharp from 'sharp';

import { toMedia } from '../../nodes/Segmind/image/media';

/** The start of an MP4, a box of 32 bytes, and what could be its content. */
const MP4 = Buffer.concat([
	Buffer.from('000000206674797069736f6d0000020069736f6d69736f32617663316d703431', 'hex'),
	Buffer.alloc(200, 7),
]);

const picture = async (format: 'jpeg' | 'png' | 'webp' | 'gif'): Promise<Buffer> =>
	await sharp({ create: { width: 20, height: 10, channels: 3, background: '#c60' } })
		.toFormat(format)
		.toBuffer();

describe('a picture', () => {
	it.each([
		['jpeg', 'jpg', 'image/jpeg'],
		['png', 'png', 'image/png'],
		['webp', 'webp', 'image/webp'],
	] as const)('%s is known by its bytes, whatever is told of it', async (drawn, format, mimeType) => {
		const bytes = await picture(drawn);
		for (const told of [undefined, 'video/mp4', 'text/html', 'application/octet-stream']) {
			expect(toMedia(bytes, told, 'https://a.example/a.mp4')).toStrictEqual({
				format,
				mimeType,
				width: 20,
				height: 10,
				bytes,
			});
		}
	});

	it.each(['jpeg', 'png', 'webp'] as const)('%s that is cut short is broken', async (format) => {
		const bytes = await picture(format);
		expect(toMedia(bytes.subarray(0, bytes.length - 10), 'image/png')).toBe('broken');
	});
});

describe('another file', () => {
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
	])('%s is %s, with every byte', (contentType, format) => {
		const media = toMedia(MP4, contentType);
		expect(media).toMatchObject({ format, width: null, height: null });
		expect(typeof media === 'object' && media.bytes.equals(MP4)).toBe(true);
	});

	it('is a gif of a size that nobody reads', async () => {
		const bytes = await picture('gif');
		expect(toMedia(bytes, 'image/gif')).toMatchObject({ format: 'gif', mimeType: 'image/gif' });
	});

	it.each([
		['https://a.example/film.mp4', 'mp4', 'video/mp4'],
		['https://a.example/film.MP4?sig=a.mp3#x.wav', 'mp4', 'video/mp4'],
		['https://a.example/a.b.glb', 'glb', 'model/gltf-binary'],
	])('is what its link says where no type is told: %s', (link, format, mimeType) => {
		for (const told of [undefined, '', 'application/octet-stream', 'binary/octet-stream']) {
			expect(toMedia(MP4, told, link)).toMatchObject({ format, mimeType });
		}
	});

	it('is what its type says where the link says something else', () => {
		expect(toMedia(MP4, 'video/webm', 'https://a.example/a.mp4')).toMatchObject({ format: 'webm' });
	});
});

describe('no file', () => {
	it.each([
		['HTML', '<html>not here</html>', 'video/mp4'],
		['HTML after blanks', '\r\n  <!DOCTYPE html>', 'audio/mpeg'],
		['HTML after a byte order mark', '\ufeff<html></html>', 'video/mp4'],
		['JSON', '{"error":"gone"}', 'video/mp4'],
		['a JSON list', '[]', 'video/mp4'],
		['nothing', '', 'video/mp4'],
	])('is %s, whatever is told of it', (_, text, contentType) => {
		expect(toMedia(Buffer.from(text), contentType, 'https://a.example/a.mp4')).toBe('unknown');
	});

	it.each([
		[undefined],
		[''],
		['text/html'],
		['application/json'],
		['image/svg+xml'],
		['application/octet-stream'],
		['constructor'],
		['__proto__'],
		[['video/mp4']],
		[7],
	])('is what is told to be %j, without a link that knows better', (contentType) => {
		expect(toMedia(MP4, contentType)).toBe('unknown');
		expect(toMedia(MP4, contentType, 'https://a.example/mp4')).toBe('unknown');
		expect(toMedia(MP4, contentType, 'https://a.example/a.exe')).toBe('unknown');
	});
});
