import { checkFile, checkResponse } from '../../nodes/Segmind/files/fileType';

const BINARY = Buffer.from([1, 0, 2, 0, 200, 255, 3]);
const LINK = 'https://a.example/x';

const typeOf = (bytes: Buffer | string, contentType?: unknown, link?: string): string => {
	const check = checkFile(Buffer.from(bytes as Buffer), contentType, link);
	return check.file === undefined ? check.problem : `${check.file.format} ${check.file.mimeType}`;
};

describe('bytes that nobody knows', () => {
	test.each<[unknown, string | undefined, string]>([
		['video/mp4', undefined, 'mp4 video/mp4'],
		['Video/MP4; codecs="avc1"', undefined, 'mp4 video/mp4'],
		['model/obj', undefined, 'obj model/obj'],
		['model/vnd.usdz+zip', undefined, 'usdz model/vnd.usdz+zip'],
		['application/zip', undefined, 'zip application/zip'],
		['application/pdf', undefined, 'pdf application/pdf'],
		['audio/mp4', undefined, 'm4a audio/mp4'],
		['audio/aac', undefined, 'aac audio/aac'],
		['audio/flac', undefined, 'flac audio/flac'],
		['model/x-thing', undefined, 'bin model/x-thing'],
		['model/x-thing', `${LINK}.FBX?a=b.mp4`, 'fbx model/x-thing'],
		[undefined, `${LINK}.fbx`, 'fbx application/octet-stream'],
		['binary/octet-stream', `${LINK}.glb`, 'glb model/gltf-binary'],
		['application/octet-stream', `${LINK}.usdz#x`, 'usdz model/vnd.usdz+zip'],
		[undefined, `${LINK}.too-long-ext`, 'bin application/octet-stream'],
		[undefined, `${LINK}.ninechars`, 'bin application/octet-stream'],
		[undefined, 'https://a.example.mp4', 'bin application/octet-stream'],
		[undefined, `${LINK}.svg`, 'svg application/octet-stream'],
		['text/html', undefined, 'bin application/octet-stream'],
		['application/xhtml+xml', undefined, 'bin application/octet-stream'],
		['application/javascript', undefined, 'bin application/octet-stream'],
		['text/html', `${LINK}.mp4`, 'mp4 video/mp4'],
		['constructor', undefined, 'bin application/octet-stream'],
		['a b/c', undefined, 'bin application/octet-stream'],
		[['video/mp4'], undefined, 'bin application/octet-stream'],
		[7, undefined, 'bin application/octet-stream'],
	])('are a file: %j, %s', (contentType, link, expected) => {
		expect(typeOf(BINARY, contentType, link)).toBe(expected);
	});

	test.each<[string, string]>([
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
	])('are known by their start where nothing is stated: %j', (start, expected) => {
		expect(typeOf(Buffer.from(start, 'latin1'))).toBe(expected);
	});

	test('keep every byte, and say how many', () => {
		expect(checkFile(BINARY, undefined)).toEqual({
			file: {
				format: 'bin',
				mimeType: 'application/octet-stream',
				width: null,
				height: null,
				bytes: BINARY,
				size: 7,
			},
		});
	});
});

describe('text', () => {
	test.each<[string, string, string | undefined, string]>([
		['{"a":1}', 'application/json', undefined, 'text'],
		['{"a":1}', 'video/mp4', `${LINK}.mp4`, 'text'],
		['\ufeff [1]', '', undefined, 'text'],
		['a red fox', 'text/plain', undefined, 'text'],
		['ein Füchslein 🦊', 'video/mp4', undefined, 'text'],
		['{"error":"gone"}', 'model/obj', `${LINK}.obj`, 'text'],
		['<html>no</html>', 'video/mp4', undefined, 'unknown'],
		['\ufeff\r\n <!DOCTYPE html>', 'audio/mpeg', undefined, 'unknown'],
		['<html><svg></svg></html>', 'image/svg+xml', undefined, 'unknown'],
		['<Error>AccessDenied</Error>', 'application/xml', undefined, 'unknown'],
		['<svg></svg>', 'text/plain', `${LINK}.svg`, 'unknown'],
		['', 'video/mp4', undefined, 'unknown'],
		['  ', 'video/mp4', undefined, 'unknown'],
		['<?xml version="1.0"?><svg></svg>', 'image/svg+xml', undefined, 'svg image/svg+xml'],
		['{"asset":{}}', 'model/gltf+json', undefined, 'gltf model/gltf+json'],
		['{"asset":{}}', 'application/json', `${LINK}.gltf`, 'gltf model/gltf+json'],
		['v 1 2 3\nf 1 2 3', 'text/plain', `${LINK}.obj`, 'obj model/obj'],
		['solid a', 'model/stl', undefined, 'stl model/stl'],
	])('%j as %s at %s is %s', (text, contentType, link, expected) => {
		expect(typeOf(text, contentType, link)).toBe(expected);
	});

	test('is not what starts like JSON and goes on as bytes', () => {
		expect(typeOf(Buffer.from('{\u0000\u0001'), 'video/mp4')).toBe('mp4 video/mp4');
	});
});

test('an image that is cut stays truncated', () => {
	expect(typeOf(Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'), 'image/png')).toBe('truncated');
});

test('a stream is what its response states', () => {
	const body = { destroy: () => undefined } as unknown as Parameters<typeof checkResponse>[0]['body'];
	const headers = { 'content-type': 'video/mp4', 'content-length': '99' };
	expect(checkResponse({ statusCode: 200, headers, body }, LINK)).toEqual({
		file: { format: 'mp4', mimeType: 'video/mp4', width: null, height: null, bytes: body, size: 99 },
	});
});
