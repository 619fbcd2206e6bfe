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
	readonly bytes: Buffer;
}

/** A file, or why the bytes are not one. */
export type FileCheck =
	| { readonly file: MediaFile }
	/** `truncated`: an image that is cut short or malformed. `unknown`: nothing that a model makes. */
	| { readonly file: undefined; readonly problem: 'truncated' | 'unknown' };

/** What models make besides images. Text of any kind is not a file. */
const EXTENSIONS: Readonly<Record<string, string>> = {
	'audio/mpeg': 'mp3',
	'audio/ogg': 'ogg',
	'audio/wav': 'wav',
	'audio/x-wav': 'wav',
	'image/avif': 'avif',
	'image/gif': 'gif',
	'model/gltf-binary': 'glb',
	'video/mp4': 'mp4',
	'video/quicktime': 'mov',
	'video/webm': 'webm',
};

/** Segmind's hosts, which serve outputs whatever their extension. */
const SEGMIND_HOST = /(^|\.)segmind\.com$/;

/** Returns whether a value is a link to a file that a model made, rather than to a page. */
export function isFileLink(value: unknown): value is string {
	if (typeof value !== 'string' || !/^https?:\/\/\S+$/i.test(value) || !URL.canParse(value)) return false;
	const { hostname, pathname } = new URL(value);
	const extension = /\.(\w+)$/.exec(pathname)?.[1]?.toLowerCase() ?? '';
	const extensions = ['jpeg', 'jpg', 'png', 'webp', ...Object.values(EXTENSIONS)];
	return SEGMIND_HOST.test(hostname) || extensions.includes(extension);
}

/** The media type that a header or the path of a link states. */
function statedMimeType(contentType: unknown, link: string | undefined): string {
	const type = typeof contentType === 'string' ? (contentType.split(';')[0] ?? '').trim().toLowerCase() : '';
	if (Object.hasOwn(EXTENSIONS, type)) return type;
	const extension = /\.(\w+)$/.exec(link?.split(/[?#]/)[0] ?? '')?.[1]?.toLowerCase();
	return Object.entries(EXTENSIONS).find(([, known]) => known === extension)?.[0] ?? type;
}

function checkHeader({ format, mimeType, size }: ImageHeader, bytes: Buffer): FileCheck {
	if (size === undefined) return { file: undefined, problem: 'truncated' };
	return { file: { format, mimeType, ...size, bytes } };
}

/** Checks that bytes are a whole image, whatever is stated about them. */
export function checkImage(bytes: Buffer): FileCheck {
	const header = readImage(bytes);
	return header === undefined ? { file: undefined, problem: 'unknown' } : checkHeader(header, bytes);
}

/** Checks that bytes are a file: an image by its bytes, anything else by its stated media type. */
export function checkFile(bytes: Buffer, contentType: unknown, link?: string): FileCheck {
	const header = readImage(bytes);
	if (header !== undefined) return checkHeader(header, bytes);
	const mimeType = statedMimeType(contentType, link);
	const format = Object.hasOwn(EXTENSIONS, mimeType) ? EXTENSIONS[mimeType] : undefined;
	const isText = /^(\u00ef\u00bb\u00bf)?\s*[<{[]/.test(bytes.toString('latin1', 0, 64));
	if (format === undefined || bytes.length === 0 || isText) return { file: undefined, problem: 'unknown' };
	return { file: { format, mimeType, width: null, height: null, bytes } };
}
