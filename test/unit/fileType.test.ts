import sharp from 'sharp';

import { checkFile, checkResponse } from '../../nodes/Segmind/files/fileType';

/** What the node takes a file for, from its bytes, its content type and its link. */
function read(content: Buffer | string, contentType?: unknown, link?: string): string {
	const bytes = Buffer.from(content as Buffer);
	const { file, ...check } = checkFile(bytes, contentType, link);
	if (file === undefined) return 'problem' in check ? check.problem : '';
	const { format, mimeType, width, height } = file;
	expect(file).toStrictEqual({ format, mimeType, width, height, bytes, size: bytes.length });
	return width === null && height === null
		? `${format} ${mimeType}`
		: `${format} ${mimeType} ${width}x${height}`;
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Bytes that no type is known by. */
const BINARY = Buffer.of(1, 0, 2, 0, 200, 255, 3);

const LINK = 'https://a.example/x';

const UNKNOWN = 'bin application/octet-stream';

test.each([
	['jpeg', 'jpg'],
	['png', 'png'],
	['webp', 'webp'],
] as const)('a %s is read from its bytes, whatever else is said', async (encoding, format) => {
	const create = { width: 20, height: 10, channels: 3, background: '#c60' } as const;
	const bytes = await sharp({ create }).toFormat(encoding).toBuffer();
	for (const type of [undefined, 'video/mp4', 'text/html', 'application/octet-stream']) {
		expect(read(bytes, type, `${LINK}.mp4`)).toBe(`${format} image/${encoding} 20x10`);
	}
	expect(read(bytes.subarray(0, -10), 'video/mp4', `${LINK}.mp4`)).toBe('truncated');
	// Other bytes are none, whatever is said.
	expect(read(BINARY, `image/${encoding}`, `${LINK}.${format}`)).toBe(UNKNOWN);
	expect(read(BINARY, 'video/mp4', `${LINK}.${encoding}`)).toBe('mp4 video/mp4');
});

test.each([
	['mp4', 'video/mp4 Video/MP4;codecs="avc1"'],
	['webm', 'video/webm'],
	['mov', 'video/quicktime'],
	['mp3', 'audio/mpeg'],
	['m4a', 'audio/mp4 audio/x-m4a'],
	['ogg', 'audio/ogg'],
	['wav', 'audio/wav audio/x-wav'],
	['aac', 'audio/aac'],
	['flac', 'audio/flac'],
	['avif', 'image/avif'],
	['gif', 'image/gif'],
	['glb', 'model/gltf-binary'],
	['obj', 'model/obj'],
	['usdz', 'model/vnd.usdz+zip'],
	['zip', 'application/zip'],
	['pdf', 'application/pdf'],
])('a %s is known by its type, whatever bytes and link are: %s', (format, types) => {
	for (const type of types.split(' ')) {
		const expected = `${format} ${type.split(';')[0]!.toLowerCase()}`;
		for (const bytes of [BINARY, latin1('....ftypisom'), latin1('ID3\u0003')])
			expect(read(bytes, type, `${LINK}.stl`)).toBe(expected);
	}
});

test.each([
	['x.mp4', 'mp4 video/mp4'],
	['film.MP4?sig=a.mp3#x.wav', 'mp4 video/mp4'],
	['a.b.glb', 'glb model/gltf-binary'],
	['x.usdz#x', 'usdz model/vnd.usdz+zip'],
	['x.fbx', 'fbx application/octet-stream'],
	['x.SPLAT', 'splat application/octet-stream'],
	['x.svg', UNKNOWN],
	['mp4', UNKNOWN],
	['x.too-long-ext', UNKNOWN],
	['x.ninechars', UNKNOWN],
	['x.mp4/y', UNKNOWN],
	['?x=/y.mp4', UNKNOWN],
])('a link to %s is one to %s if no type is known', (path, expected) => {
	for (const type of [undefined, '', 'application/octet-stream', 'text/html', ['video/quicktime'], 7])
		expect(read(BINARY, type, `https://a.example/${path}`)).toBe(expected);
});

test.each([
	['....ftypisom', 'mp4 video/mp4'],
	['....ftypqt  ', 'mov video/quicktime'],
	['....ftypM4A ', 'm4a audio/mp4'],
	['....ftypavif', 'avif image/avif'],
	['ID3\u0003', 'mp3 audio/mpeg'],
	['\u00ff\u00fb\u0090', 'mp3 audio/mpeg'],
	['RIFF....WAVE', 'wav audio/wav'],
	['OggS', 'ogg audio/ogg'],
	['fLaC', 'flac audio/flac'],
	['GIF89a', 'gif image/gif'],
	['glTF', 'glb model/gltf-binary'],
	['%PDF-1.7', 'pdf application/pdf'],
	['PK\u0003\u0004', 'zip application/zip'],
	['\u001aE\u00df\u00a3', 'webm video/webm'],
])('%j is the start of a %s where nothing is stated', (start, expected) => {
	expect(read(latin1(start))).toBe(expected);
	expect(read(latin1(` ${start}\0`))).toBe(UNKNOWN);
});

test.each([
	...['model/x-thing', 'text/html', 'application/xhtml+xml', 'application/javascript', 'application/json'],
	...['constructor', '__proto__', 'a b/c', '', undefined, ['video/mp4'], 7],
])('bytes that nobody knows are a file, and of the type %j only if it is safe', (type) => {
	const mimeType = type === 'model/x-thing' ? type : 'application/octet-stream';
	expect(read(BINARY, type)).toBe(`bin ${mimeType}`);
	expect(read(BINARY, type, `${LINK}.FBX?a=b.mp4`)).toBe(`fbx ${mimeType}`);
});

test.each(
	(
		'exe com bat cmd scr pif cpl msi msc hta vbs vbe js jse mjs wsf ps1 reg lnk url jar chm app dmg pkg command ' +
		'scpt sh bash run deb rpm desktop appimage py rb pl php htm html xhtml mht xml svg docm xlsm iso img'
	).split(' '),
)('bytes at a link that ends in .%s are not named so', (extension) => {
	const link = `${LINK}.${extension}`;
	for (const type of [undefined, 'application/x-thing', 'application/octet-stream', 'text/html'])
		expect(read(BINARY, type, link)).toBe(UNKNOWN);
	const body = { destroy: () => undefined } as unknown as Parameters<typeof checkResponse>[0]['body'];
	const file = { format: 'bin', mimeType: 'application/octet-stream' };
	expect(checkResponse({ statusCode: 200, headers: {}, body }, link)).toMatchObject({ file });
	expect(read(BINARY, 'video/mp4', link)).toBe('mp4 video/mp4');
	expect(read(latin1('PK\u0003\u0004'), undefined, link)).toBe('zip application/zip');
});

test.each([
	['video/x-msvideo', 'avi', 'avi'],
	['video/x-ms-wmv', 'wmv', 'wmv'],
	['video/mpeg', 'mpg', 'mpg'],
	['video/x-thing', 'thing', 'bin'],
])('bytes that are stated to be %s keep their type at a link that ends in .%s', (type, extension, format) => {
	expect(read(BINARY, type, `${LINK}.${extension}`)).toBe(`${format} ${type}`);
});

test.each([
	'application/x-msdownload',
	'application/x-msdos-program',
	'application/vnd.microsoft.portable-executable',
	'application/x-sh',
	'application/hta',
	'application/java-archive',
])('bytes that are stated to be %s are bytes', (type) => {
	expect(read(BINARY, type)).toBe(UNKNOWN);
});

test.each<[text: string, type: string, path: string, expected: string]>([
	['{"a":1}', 'application/json', '', 'text'],
	['{"a":1}', 'video/mp4', '.mp4', 'text'],
	['\ufeff [1]', '', '', 'text'],
	['[]', 'audio/mpeg', '.mp3', 'text'],
	['a red fox', 'text/plain', '', 'text'],
	['ein Füchslein 🦊', 'video/mp4', '', 'text'],
	['{"error":"gone"}', 'model/obj', '.obj', 'text'],
	['<html>no</html>', 'video/mp4', '.mp4', 'unknown'],
	['\ufeff\r\n <!DOCTYPE html>', 'audio/mpeg', '.mp4', 'unknown'],
	['<html><svg></svg></html>', 'image/svg+xml', '', 'unknown'],
	['<Error>AccessDenied</Error>', 'application/xml', '', 'unknown'],
	['<svg></svg>', 'text/plain', '.svg', 'unknown'],
	['', 'video/mp4', '.mp4', 'unknown'],
	['  ', 'video/mp4', '', 'unknown'],
	['<?xml version="1.0"?><svg></svg>', 'image/svg+xml', '', 'svg image/svg+xml'],
	['{"asset":{}}', 'model/gltf+json', '', 'gltf model/gltf+json'],
	['{"asset":{}}', 'application/json', '.gltf', 'gltf model/gltf+json'],
	['v 1 2 3\nf 1 2 3', 'text/plain', '.obj', 'obj model/obj'],
	['solid a', 'model/stl', '', 'stl model/stl'],
	['{\0\u0001', 'video/mp4', '', 'mp4 video/mp4'],
])('the text %j as %s at x%s is %s', (text, type, path, expected) => {
	expect(read(text, type, `${LINK}${path}`)).toBe(expected);
});

test('a stream is what its response states, and a body that is held what it is', () => {
	const body = { destroy: () => undefined } as unknown as Parameters<typeof checkResponse>[0]['body'];
	const headers = { 'content-type': 'video/mp4', 'content-length': '99' };
	const file = { format: 'mp4', mimeType: 'video/mp4', width: null, height: null };
	const response = { statusCode: 200, headers, body };
	expect(checkResponse(response, LINK)).toEqual({ file: { ...file, bytes: body, size: 99 } });
	expect(checkResponse({ ...response, headers: {} }, `${LINK}.mp4`)).toMatchObject({ file });
	expect(checkResponse({ ...response, body: BINARY }, LINK)).toEqual({
		file: { ...file, bytes: BINARY, size: 7 },
	});
	expect(checkResponse({ ...response, body: Buffer.from('{}') })).toEqual({ problem: 'text' });
});
