/* eslint-disable @n8n/community-nodes/no-restricted-imports -- n8n hands files over as Node's streams */
import { Readable } from 'node:stream';

import { discard, free, limitStream, promisedBytes, readBody } from '../../../nodes/Segmind/api/body';

const bodyOf = (...chunks: readonly string[]): Readable =>
	Readable.from(chunks.map((text) => Buffer.from(text)));

test.each([
	['6', 6],
	['100000000000000000', 1e17],
	...['', '-6', '6.5', ' 6', '6\n', 'six', 6, undefined, ['6']].map((header): [unknown, number] => [
		header,
		0,
	]),
])('the Content-Length %j promises %d bytes', (header, bytes) => {
	expect(promisedBytes(header)).toBe(bytes);
});

test.each([
	[64, ['ab', 'c', '', 'def'], 'abcdef', true],
	[5, ['abc', 'def'], 'abcde', false],
	[3, ['abc', 'def'], 'abc', false],
	[6, ['abc', 'def'], 'abcdef', true],
	[6, [], '', true],
])('reads at most %i bytes of %j, whatever was promised', async (limit, chunks, text, complete) => {
	for (const promised of [0, 2, 6, 9, 1e17]) {
		const body = await readBody(bodyOf(...chunks), limit, promised);
		expect([body.bytes.toString(), body.complete]).toEqual([text, complete]);
	}
});

test.each([
	[1e6, 1e6],
	[0, 2e6],
])('takes no more memory than was promised (%d), or twice what arrived', async (promised, most) => {
	const { bytes } = await readBody(bodyOf(...Array<string>(1000).fill('x'.repeat(1000))), 64e6, promised);
	expect(bytes).toHaveLength(1e6);
	expect(bytes.buffer.byteLength).toBeLessThanOrEqual(most);
});

/** Node 20 can't free memory early. */
const canFree = 'transfer' in ArrayBuffer.prototype;

test('frees each chunk that has its memory to itself, and leaves shared memory alone', async () => {
	const own = Buffer.allocUnsafeSlow(4).fill('o');
	const shared = Buffer.allocUnsafeSlow(8).fill('s');
	const { bytes } = await readBody(Readable.from([own, shared.subarray(0, 4)]), 64, 8);
	expect(bytes.toString()).toBe('oooossss');
	expect(own.buffer.byteLength).toBe(canFree ? 0 : 4);
	expect(shared.toString()).toBe('ssssssss');
});

test('leaves memory alone that only its owner may free', () => {
	const { buffer } = new WebAssembly.Memory({ initial: 1 });
	const bytes = new Uint8Array(buffer);
	free(bytes);
	expect(bytes).toHaveLength(buffer.byteLength);
	expect(buffer.byteLength).toBe(65_536);
});

test('a stream breaks at the byte beyond its limit, or at its deadline', async () => {
	const { signal } = new AbortController();
	const read = async (limit: number, deadline = signal): Promise<unknown> =>
		await limitStream(bodyOf('abc', 'def'), limit, deadline)
			.toArray()
			.then(
				(chunks) => Buffer.concat(chunks).toString(),
				(error: unknown) => error,
			);
	expect(await read(6)).toBe('abcdef');
	expect(await read(5)).toMatchObject({ message: 'The file is larger than 5 bytes' });
	expect(await read(6, AbortSignal.abort())).toMatchObject({ name: 'AbortError' });
});

test('a discarded stream is closed, and may break', async () => {
	const broken = new Readable({ read: () => void broken.destroy(new Error('broken')) });
	for (const stream of [bodyOf('abc', 'def'), broken]) {
		const closed = new Promise((resolve) => void stream.once('close', resolve));
		discard(stream);
		await closed;
		expect(stream.destroyed).toBe(true);
	}
});
