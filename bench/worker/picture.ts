/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a process of the benchmark, not part of the node */
import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Its length, its type and what it holds, followed by their checksum. */
function chunkOf(type: string, data: Buffer): Buffer {
	const length = Buffer.alloc(4);
	length.writeUInt32BE(data.length);
	const content = Buffer.concat([Buffer.from(type, 'latin1'), data]);
	const sum = Buffer.alloc(4);
	sum.writeUInt32BE(crc32(content));
	return Buffer.concat([length, content, sum]);
}

/** 1024 × 1024 pixels of 8 bits in three channels. */
const HEADER = chunkOf('IHDR', Buffer.from('00000400000004000802000000', 'hex'));

const nameOf = (index: number): Buffer =>
	chunkOf('tEXt', Buffer.from(`Title\0${String(index).padStart(6, '0')}`, 'latin1'));

/**
 * A PNG file with noise for pixels, and a number that makes each one differ, since the same file is uploaded once. It is
 * written in place, so that the pictures of a run add nothing to the memory of the process.
 */
export class Picture {
	private readonly start = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), HEADER]);

	private readonly bytes: Buffer;

	constructor(size: number) {
		const rest = [nameOf(0), chunkOf('IDAT', randomBytes(size)), chunkOf('IEND', Buffer.alloc(0))];
		this.bytes = Buffer.concat([this.start, ...rest]);
	}

	/** The picture with this number, until the next call. */
	numbered(index: number): Buffer {
		this.bytes.set(nameOf(index), this.start.length);
		return this.bytes;
	}
}
