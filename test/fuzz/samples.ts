import type { Sharp } from 'sharp';
import sharp from 'sharp';

/** The formats that the API makes, in the words of sharp. */
export type Format = 'jpeg' | 'png' | 'webp';

const WIDTH = 48;

const HEIGHT = 32;

/** A picture of a few dozen pixels, whose width and height are not the same and whose rows differ. */
function drawing(channels: 3 | 4 = 3): Sharp {
	const pixels = Buffer.alloc(WIDTH * HEIGHT * channels).map((_, index) => (index * 7 + (index >> 5)) % 256);
	return sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels } });
}

/** A real picture in a format. */
export const smallPicture = async (format: Format): Promise<Buffer> =>
	await drawing().toFormat(format, {}).toBuffer();

/** Real pictures in the codings that each format has. */
export const smallPictures = async (): Promise<Buffer[]> =>
	await Promise.all([
		...(['jpeg', 'png', 'webp'] as const).map(smallPicture),
		drawing().jpeg({ progressive: true }).withMetadata({ orientation: 6 }).toBuffer(),
		drawing().png({ palette: true, progressive: true }).toBuffer(),
		drawing().webp({ lossless: true }).toBuffer(),
		drawing(4).webp({ quality: 50 }).toBuffer(),
	]);
