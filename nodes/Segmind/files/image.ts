/** Pixels. */
interface Size {
	readonly width: number;
	readonly height: number;
}

/** What the first bytes of an image say. */
export interface ImageHeader {
	/** Segmind's name for the type, which is also the file extension: jpg, never jpeg. */
	readonly format: 'jpg' | 'png' | 'webp';
	readonly mimeType: string;
	/** Undefined when the file is cut short or malformed. */
	readonly size: Size | undefined;
}

type ReadSize = (bytes: Buffer) => Size | undefined;

const ascii = (bytes: Buffer, start: number, end: number): string => bytes.toString('latin1', start, end);

/** PNG (ISO/IEC 15948): chunks of length, type, data and checksum, from IHDR to IEND. */
function pngSize(bytes: Buffer): Size | undefined {
	if (bytes.length < 33 || ascii(bytes, 12, 16) !== 'IHDR') return undefined;
	for (let at = 8; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
		if (ascii(bytes, at + 4, at + 8) === 'IEND') {
			return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
		}
	}
	return undefined;
}

/** Markers without a length after them. */
const isBareMarker = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/** Start of frame, in any coding; C4, C8 and CC are tables. */
const isFrame = (marker: number): boolean =>
	marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** JPEG (ITU T.81): segments up to the scan, whose end is the last marker of the file. */
function jpegSize(bytes: Buffer): Size | undefined {
	let size: Size | undefined;
	for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
		const marker = bytes[at + 1]!;
		if (marker === 0xff) {
			at += 1;
			continue;
		}
		if (isBareMarker(marker)) {
			at += 2;
			continue;
		}
		if (marker === 0xda) return bytes.lastIndexOf(Buffer.of(0xff, 0xd9)) > at ? size : undefined;
		if (isFrame(marker) && at + 9 <= bytes.length) {
			size = { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
		}
		at += 2 + bytes.readUInt16BE(at + 2);
	}
	return undefined;
}

/** WebP (RFC 9649): a RIFF of the stated length, with a lossy, lossless or extended first chunk. */
function webpSize(bytes: Buffer): Size | undefined {
	if (bytes.length < 30 || bytes.length < 8 + bytes.readUInt32LE(4)) return undefined;
	switch (ascii(bytes, 12, 16)) {
		case 'VP8 ':
			return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
		case 'VP8L': {
			const packed = bytes.readUInt32LE(21);
			return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
		}
		case 'VP8X':
			return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
		default:
			return undefined;
	}
}

const TYPES: ReadonlyArray<{
	readonly format: ImageHeader['format'];
	readonly mimeType: string;
	readonly starts: (bytes: Buffer) => boolean;
	readonly readSize: ReadSize;
}> = [
	{
		format: 'png',
		mimeType: 'image/png',
		starts: (bytes) => ascii(bytes, 0, 8) === '\x89PNG\r\n\x1a\n',
		readSize: pngSize,
	},
	{
		format: 'jpg',
		mimeType: 'image/jpeg',
		starts: (bytes) => ascii(bytes, 0, 3) === '\xff\xd8\xff',
		readSize: jpegSize,
	},
	{
		format: 'webp',
		mimeType: 'image/webp',
		starts: (bytes) => ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP',
		readSize: webpSize,
	},
];

/** Reads an image's type and size from its bytes; neither the request nor a header decides. Undefined for other files. */
export function readImage(bytes: Buffer): ImageHeader | undefined {
	const type = TYPES.find(({ starts }) => starts(bytes));
	if (type === undefined) return undefined;
	const { format, mimeType, readSize } = type;
	const size = readSize(bytes);
	const isEmpty = size === undefined || size.width === 0 || size.height === 0;
	return { format, mimeType, size: isEmpty ? undefined : size };
}
