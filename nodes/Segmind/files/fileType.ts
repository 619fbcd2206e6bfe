import { isLink } from '../api/fileUrl';
import type { FileContent, FileResponse } from '../api/response';
import type { ImageHeader } from './image';
import { readImage } from './image';

/** A file that a model made. */
export interface MediaFile {
	/** The file extension. */
	readonly format: string;
	readonly mimeType: string;
	/** Pixels; null when unknown. */
	readonly width: number | null;
	/** Pixels; null when unknown. */
	readonly height: number | null;
	readonly bytes: FileContent;
	/** Bytes. */
	readonly size: number;
}

/** A file, or why the bytes are not one. */
export type FileCheck =
	| { readonly file: MediaFile }
	/**
	 * `truncated`: an image that is cut short or malformed. `text`: JSON or plain text. `unknown`: an HTML page, or
	 * nothing.
	 */
	| { readonly file: undefined; readonly problem: 'truncated' | 'text' | 'unknown' };

/** The extensions of media types. The first type of an extension is the usual one. */
const EXTENSIONS: Readonly<Record<string, string>> = {
	'application/pdf': 'pdf',
	'application/zip': 'zip',
	'audio/aac': 'aac',
	'audio/flac': 'flac',
	'audio/mp4': 'm4a',
	'audio/mpeg': 'mp3',
	'audio/ogg': 'ogg',
	'audio/wav': 'wav',
	'audio/x-m4a': 'm4a',
	'audio/x-wav': 'wav',
	'image/avif': 'avif',
	'image/gif': 'gif',
	'image/heic': 'heic',
	'image/jpeg': 'jpg',
	'image/png': 'png',
	'image/svg+xml': 'svg',
	'image/webp': 'webp',
	'model/gltf+json': 'gltf',
	'model/gltf-binary': 'glb',
	'model/obj': 'obj',
	'model/ply': 'ply',
	'model/stl': 'stl',
	'model/vnd.usdz+zip': 'usdz',
	'video/mp4': 'mp4',
	'video/quicktime': 'mov',
	'video/webm': 'webm',
};

/** The extensions of files that models make. */
export const MEDIA_EXTENSIONS: readonly string[] = ['jpeg', ...Object.values(EXTENSIONS)];

/** More extensions that a file of unknown type keeps. Any other may be that of a program, so it becomes `bin`. */
const OTHER_EXTENSIONS = (
	'3mf 7z aif aiff avi blend bmp csv dae exr fbx gz hdr heif json jxl m4v mid midi mkv mpeg mpg npy npz opus otf psd ' +
	'splat srt tar tif tiff ttf txt usd usda usdc vtt wmv'
).split(' ');

/** Whether a file of unknown type keeps its extension. SVG can hold scripts, so it must be stated. */
const keepsExtension = (extension: string): boolean =>
	extension !== 'svg' && [...MEDIA_EXTENSIONS, ...OTHER_EXTENSIONS].includes(extension);

/** Files that may consist of plain text. */
const TEXT_FORMATS: readonly unknown[] = ['obj', 'ply', 'stl'];

/** The first bytes of files whose type nobody states, such as base64 in JSON. */
const SIGNATURES: ReadonlyArray<readonly [start: RegExp, mimeType: string]> = [
	[/^.{4}ftypavi[fs]/s, 'image/avif'],
	[/^.{4}ftyp(hei[cx]|hev[cx]|mif1|msf1)/s, 'image/heic'],
	[/^.{4}ftypM4A/s, 'audio/mp4'],
	[/^.{4}ftypqt/s, 'video/quicktime'],
	[/^.{4}ftyp/s, 'video/mp4'],
	[/^.E\xdf\xa3/s, 'video/webm'],
	[/^(ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb])/, 'audio/mpeg'],
	[/^RIFF.{4}WAVE/s, 'audio/wav'],
	[/^OggS/, 'audio/ogg'],
	[/^fLaC/, 'audio/flac'],
	[/^GIF8/, 'image/gif'],
	[/^glTF/, 'model/gltf-binary'],
	[/^%PDF/, 'application/pdf'],
	[/^PK[^ -~]{2}/, 'application/zip'],
];

const UNKNOWN_TYPE = 'application/octet-stream';

/** Types under which an unknown file is kept. */
const MEDIA_TYPE = /^(audio|font|image|model|video)\/(?!.*(html|xml|script))[\w.+-]{1,100}$/;

/** Types of other files. A page or a program would run where the file is opened. */
const SAFE_TYPE =
	/^application\/(?!.*(html|xml|json|script|java|exec|program|hta|x-(ms|sh|bat)))[\w.+-]{1,100}$/;

/** Segmind's hosts, which serve outputs whatever their extension. */
const SEGMIND_HOST = /(^|\.)segmind\.com$/;

/** Returns whether a value is a link to a file that a model made, rather than to a page. */
export function isFileLink(value: unknown): value is string {
	if (!isLink(value)) return false;
	return SEGMIND_HOST.test(new URL(value).hostname) || MEDIA_EXTENSIONS.includes(extensionOf(value));
}

/** The extension of a link, if it is plain; '' when it has none. */
function extensionOf(link: string | undefined): string {
	const path = link !== undefined && URL.canParse(link) ? new URL(link).pathname : '';
	return /\.([a-z0-9]{1,8})$/i.exec(path)?.[1]?.toLowerCase() ?? '';
}

/** The media type that a header states; '' when it states none. */
const statedType = (contentType: unknown): string =>
	typeof contentType === 'string' ? (contentType.split(';')[0] ?? '').trim().toLowerCase() : '';

/** Returns the known type that is stated, or that a link's extension belongs to. SVG, which can hold scripts, is stated. */
function knownType(stated: string, extension: string): string | undefined {
	if (Object.hasOwn(EXTENSIONS, stated)) return stated;
	const type = Object.entries(EXTENSIONS).find(([, known]) => known === extension)?.[0];
	return type === 'image/svg+xml' ? undefined : type;
}

/** Types and extensions that are read from the bytes: a file that can't be read as one of them never counts as one. */
const READ_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'jpeg', 'jpg', 'png', 'webp'];

const unlessRead = (stated: string): string => (READ_TYPES.includes(stated) ? '' : stated);

function toFile(
	bytes: FileContent,
	size: number,
	type: string | undefined,
	stated: string,
	extension: string,
): FileCheck {
	const isKept = keepsExtension(extension);
	const isSafe = MEDIA_TYPE.test(stated) || (SAFE_TYPE.test(stated) && (isKept || extension === ''));
	const mimeType = type ?? (isSafe ? stated : UNKNOWN_TYPE);
	const format = (type === undefined ? undefined : EXTENSIONS[type]) ?? (isKept ? extension : 'bin');
	return { file: { format, mimeType, width: null, height: null, bytes, size } };
}

function checkHeader({ format, mimeType, size }: ImageHeader, bytes: Buffer): FileCheck {
	if (size === undefined) return { file: undefined, problem: 'truncated' };
	return { file: { format, mimeType, ...size, bytes, size: bytes.length } };
}

/** Whether bytes are text: every binary format has control characters in its first bytes. */
const isText = (bytes: Buffer): boolean => !/(?!\s)\p{Cc}/u.test(bytes.toString('utf8', 0, 1000));

/** Returns why a text is not a file of a format; undefined when it is. */
function textProblem(text: string, format: string | undefined): 'text' | 'unknown' | undefined {
	if (/^\s*($|<)/.test(text)) {
		const isSvg = format === 'svg' && /<svg\b/i.test(text) && !/<html\b/i.test(text);
		return isSvg ? undefined : 'unknown';
	}
	const isFile = /^\s*[{[]/.test(text) ? format === 'gltf' : TEXT_FORMATS.includes(format);
	return isFile ? undefined : 'text';
}

/**
 * Checks that bytes are a file: an image by its bytes, any other by its stated media type, the extension of its link or
 * its first bytes. Unknown bytes are a file, too, since they were paid for, but never under the name of a program.
 */
export function checkFile(bytes: Buffer, contentType: unknown, link?: string): FileCheck {
	const header = readImage(bytes);
	if (header !== undefined) return checkHeader(header, bytes);
	const start = bytes.toString('latin1', 0, 1000).replace(/^\u00ef\u00bb\u00bf/, '');
	const signature = SIGNATURES.find(([pattern]) => pattern.test(start))?.[1];
	const stated = unlessRead(statedType(contentType));
	const extension = unlessRead(extensionOf(link));
	const type = knownType(stated, extension) ?? signature;
	if (signature === undefined && isText(bytes)) {
		const problem = textProblem(start, type === undefined ? undefined : EXTENSIONS[type]);
		if (problem !== undefined) return { file: undefined, problem };
	}
	return toFile(bytes, bytes.length, type, stated, extension);
}

/** Checks the body of a response. A stream is taken for what is stated, since its bytes are not here yet. */
export function checkResponse({ body, headers }: FileResponse, link?: string): FileCheck {
	const contentType = headers['content-type'];
	if (Buffer.isBuffer(body)) return checkFile(body, contentType, link);
	const stated = statedType(contentType);
	const extension = extensionOf(link);
	const size = Number(headers['content-length']);
	return toFile(body, size, knownType(stated, extension), stated, extension);
}
