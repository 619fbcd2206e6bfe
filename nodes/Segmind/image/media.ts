import type { Picture } from './picture';
import { toPicture } from './picture';

/** A file that a model made: a picture that was read, or what its media type says. */
export interface Media {
	/** The extension of the file. */
	readonly format: string;
	readonly mimeType: string;
	/** Pixels; null where they were not read. */
	readonly width: number | null;
	/** Pixels; null where they were not read. */
	readonly height: number | null;
	readonly bytes: Buffer;
}

/** What other models make; text in any form is no file. */
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

/** Hosts of Segmind's, where outputs lie whatever their name ends with. */
const SEGMIND_HOST = /(^|\.)segmind\.com$/;

/** Whether a text is a link to a file that a model made, and not to any page. */
export function isFileLink(value: unknown): value is string {
	if (typeof value !== 'string' || !/^https?:\/\/\S+$/i.test(value) || !URL.canParse(value)) return false;
	const { hostname, pathname } = new URL(value);
	const extension = /\.(\w+)$/.exec(pathname)?.[1]?.toLowerCase() ?? '';
	const extensions = ['jpeg', 'jpg', 'png', 'webp', ...Object.values(EXTENSIONS)];
	return SEGMIND_HOST.test(hostname) || extensions.includes(extension);
}

/** The media type that a header or the path of a link tells. */
function mimeTypeOf(contentType: unknown, link: string | undefined): string {
	const told = typeof contentType === 'string' ? (contentType.split(';')[0] ?? '').trim().toLowerCase() : '';
	if (Object.hasOwn(EXTENSIONS, told)) return told;
	const extension = /\.(\w+)$/.exec(link?.split(/[?#]/)[0] ?? '')?.[1]?.toLowerCase();
	return Object.entries(EXTENSIONS).find(([, each]) => each === extension)?.[0] ?? told;
}

/**
 * What a file is: a picture by its bytes, anything else by what is told of it.
 *
 * @returns 'broken' for a picture that is cut short, 'unknown' for what is no file of a model
 */
export function toMedia(
	bytes: Buffer,
	contentType: unknown,
	link?: string,
): Media | Picture | 'broken' | 'unknown' {
	const picture = toPicture(bytes);
	if (picture !== 'unknown') return picture;
	const mimeType = mimeTypeOf(contentType, link);
	const format = Object.hasOwn(EXTENSIONS, mimeType) ? EXTENSIONS[mimeType] : undefined;
	const isText = /^(\u00ef\u00bb\u00bf)?\s*[<{[]/.test(bytes.toString('latin1', 0, 64));
	if (format === undefined || bytes.length === 0 || isText) return 'unknown';
	return { format, mimeType, width: null, height: null, bytes };
}
