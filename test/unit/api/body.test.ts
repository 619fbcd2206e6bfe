import { promisedBytes, readBody } from '../../../nodes/Segmind/api/body';

async function* bodyOf(...chunks: readonly string[]): AsyncGenerator<Uint8Array> {
	for (const chunk of chunks) yield Buffer.from(chunk);
}

it.each([
	[64, ['ab', 'c', '', 'def'], 'abcdef', true],
	[5, ['abc', 'def'], 'abcde', false],
	[3, ['abc', 'def'], 'abc', false],
	[6, ['abc', 'def'], 'abcdef', true],
	[6, [], '', true],
])('reads at most %i bytes of %j, whatever Content-Length is', async (limit, chunks, text, complete) => {
	for (const length of ['6', '2', '9', '0', '99999999999999999', undefined, 'six', '6.5', 6, '-6']) {
		const body = await readBody(bodyOf(...chunks), limit, promisedBytes(length));
		expect([body.bytes.toString(), body.complete]).toStrictEqual([text, complete]);
	}
});

it.each([
	['1000000', 1e6],
	[undefined, 2e6],
])('takes no more memory than was promised (%s), or twice what arrived', async (length, most) => {
	const { bytes } = await readBody(
		bodyOf(...Array<string>(1000).fill('x'.repeat(1000))),
		64e6,
		promisedBytes(length),
	);
	expect(bytes).toHaveLength(1e6);
	expect(bytes.buffer.byteLength).toBeLessThanOrEqual(most);
});
