import sharp from 'sharp';

import type { Fault } from '../emulator/fault';

export const PAGE = '<html><h1>Just a moment</h1></html>';

export const jsonError = (status: number, error: string): Fault => ({ status, body: { error } });

/** A PNG without compression. */
export const pngOf = async (width: number, height = width): Promise<Buffer> =>
	await sharp(Buffer.alloc(width * height * 3, 7), { raw: { width, height, channels: 3 } })
		.png({ compressionLevel: 0 })
		.toBuffer();

/** A response with this body instead of the image. */
export const bytesOf = (body: Buffer | string, headers: Fault['headers'] = {}): Fault => ({
	bytes: (typeof body === 'string' ? Buffer.from(body, 'latin1') : body).toString('base64'),
	headers,
});
