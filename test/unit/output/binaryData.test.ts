import { restoreResult, storeResult } from '../../../nodes/Segmind/output/binaryData';
import { imageOf } from '../batch/setup';
import { FakeN8n } from '../context';

const { file, ...rest } = imageOf('fox');
const sky = file!;

test('stores each file under a safe name of its own and says what it is', async () => {
	const { context } = new FakeN8n();
	const namedFiles = { 'sky/1': sky, 'sky:1': sky };
	expect(await storeResult(context, { ...rest, file, namedFiles }, 'fox', 2)).toMatchObject({
		attempts: 2,
		fileName: 'fox',
		file: { id: 'file-2', fileName: 'fox.png', mimeType: 'image/png' },
		namedFiles: { 'sky/1': { fileName: 'fox-sky-1.png' }, 'sky:1': { fileName: 'fox-sky-1-2.png' } },
		fields: { prompt: 'fox', width: 1, height: 2, format: 'png', fileName: 'fox.png', fileSize: 3 },
	});
	expect((await storeResult(context, rest, 'fox', 1)).fields).toEqual({ prompt: 'fox' });
});

test.each(['file-0', 'file-1'])('reads both files back as long as %s is there', async (id) => {
	const n8n = new FakeN8n();
	const stored = await storeResult(n8n.context, { ...rest, file, namedFiles: { sky } }, 'fox', 1);
	const restore = async (isOfThisExecution: boolean) =>
		await restoreResult(n8n.context, stored, isOfThisExecution);
	expect(await restore(true)).toEqual(stored);
	expect(await restore(false)).toEqual({
		...stored,
		file: { ...stored.file, id: 'file-3' },
		namedFiles: { sky: { ...stored.namedFiles.sky, id: 'file-2' } },
	});
	n8n.storageError = 'No space left';
	expect(await restore(false)).toBeUndefined();
	n8n.files.set(id, Buffer.alloc(0));
	expect(await restore(true)).toBeUndefined();
	n8n.files.delete(id);
	expect(await restore(true)).toBeUndefined();
});
