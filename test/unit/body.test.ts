import { discard, readUpTo } from '../../nodes/Segmind/segmind/body';

/** Node 20 has no way to free memory before the garbage collector does. */
const frees = 'transfer' in ArrayBuffer.prototype;

const own = (text: string): Buffer => {
	const bytes = Buffer.allocUnsafeSlow(text.length);
	bytes.write(text);
	return bytes;
};

async function* bodyOf(...pieces: Uint8Array[]): AsyncGenerator<Uint8Array> {
	yield* pieces;
}

describe('a body', () => {
	it.each([
		['of the length that was told', '6'],
		['longer than was told', '2'],
		['shorter than was told', '9'],
		['of a length that nobody told', undefined],
		['of a length that is no number', 'six'],
	])('%s is read whole', async (_name, length) => {
		const { bytes, whole } = await readUpTo(bodyOf(own('ab'), own('c'), own('def')), 64, length);
		expect(whole).toBe(true);
		expect(bytes.toString()).toBe('abcdef');
	});

	it('is cut off at the limit, and says so', async () => {
		const { bytes, whole } = await readUpTo(bodyOf(own('abc'), own('def')), 5, '6');
		expect(whole).toBe(false);
		expect(bytes.toString()).toBe('abcde');
	});

	it('frees each piece once it is copied', async () => {
		const piece = own('abc');
		await readUpTo(bodyOf(piece), 64, '3');
		expect(piece).toHaveLength(frees ? 0 : 3);
	});
});

describe('what is discarded', () => {
	it('is freed at once, and may be discarded again', () => {
		const bytes = own('abc');
		discard(bytes);
		discard(bytes);
		expect(bytes).toHaveLength(frees ? 0 : 3);
	});

	it('stays, and nobody hears of it, where only its owner may free it', () => {
		const bytes = new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer);
		discard(bytes);
		expect(bytes.length).toBeGreaterThan(0);
	});

	it('stays where others lie in the same memory', () => {
		const all = own('abcdef');
		discard(all.subarray(0, 3));
		discard(all.subarray(3));
		expect(all.toString()).toBe('abcdef');
	});
});
