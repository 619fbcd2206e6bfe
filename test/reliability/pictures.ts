/* eslint-disable @n8n/community-nodes/no-restricted-imports -- makes files on a developer's machine, not in n8n */
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';

/** Small files of each type that is taken for an image. */
export interface Pictures {
	readonly png: Buffer;
	readonly jpg: Buffer;
	readonly webp: Buffer;
}

/** Draws one small picture in each type. */
export async function drawPictures(): Promise<Pictures> {
	const square = sharp({ create: { width: 48, height: 32, channels: 3, background: '#4466aa' } });
	const [png, jpg, webp] = await Promise.all([
		square.clone().png().toBuffer(),
		square.clone().jpeg().toBuffer(),
		square.clone().webp().toBuffer(),
	]);
	return { png, jpg, webp };
}

function chunk(type: string, data: Buffer): Buffer {
	const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
	const framed = Buffer.alloc(body.length + 8);
	framed.writeUInt32BE(data.length, 0);
	body.copy(framed, 4);
	framed.writeUInt32BE(crc32(body), body.length + 4);
	return framed;
}

/** A PNG whose header declares a size, whatever its data holds: one grey pixel. */
export function pngOf(width: number, height: number): Buffer {
	const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0]);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
	const data = deflateSync(Buffer.from([0, 128]));
	return Buffer.concat([
		signature,
		chunk('IHDR', header),
		chunk('IDAT', data),
		chunk('IEND', Buffer.alloc(0)),
	]);
}
