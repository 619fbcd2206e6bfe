import { restoreResult, storeResult } from '../../../nodes/Segmind/output/binaryData';
import { fileOf, imageOf } from '../batch/setup';
import { FakeN8n } from '../context';

const image = imageOf('fox');
const sky = fileOf('sky');
const next = (): string => 'fox-2';

test('stores each file under a safe name of its own and says what it is', async () => {
	const { context } = new FakeN8n();
	const namedFiles = { 'sky/1': sky, 'sky:1': sky };
	const files = [...image.files, ...image.files];
	const file = { width: 1, height: 2, format: 'png', mimeType: 'image/png', fileSize: 3 };
	expect(await storeResult(context, { ...image, files, namedFiles }, 2, 'fox', next)).toMatchObject({
		attempts: 2,
		fileName: 'fox',
		files: [
			{ binary: { id: 'file-0', fileName: 'fox.png' }, fields: { ...file, fileName: 'fox.png' } },
			{ binary: { id: 'file-1', fileName: 'fox-2.png' }, fields: { ...file, fileName: 'fox-2.png' } },
		],
		namedFiles: { 'sky/1': { fileName: 'fox-sky-1.png' }, 'sky:1': { fileName: 'fox-sky-1-2.png' } },
		fields: { prompt: 'fox' },
	});
});

test('a file that can not be stored stops the batch', async () => {
	const n8n = new FakeN8n();
	n8n.storageError = 'No space left';
	const storing = storeResult(n8n.context, image, 1, 'fox', next);
	await expect(storing).rejects.toMatchObject({ reason: 'uncertain', stops: 'batch', billed: 'unknown' });
});

test('reads files back, and tells those that are gone from those that can not be read', async () => {
	const n8n = new FakeN8n();
	const stored = await storeResult(n8n.context, { ...image, namedFiles: { sky } }, 1, 'fox', next);
	const restore = async (isOfThisExecution: boolean, fileName = 'fox') =>
		await restoreResult(n8n.context, stored, isOfThisExecution, fileName);
	expect(await restore(true)).toEqual({ state: 'found', result: stored });
	expect(await restore(false)).toMatchObject({
		state: 'found',
		result: { files: [{ binary: { id: 'file-2' } }], namedFiles: { sky: { id: 'file-3' } } },
	});
	expect(await restore(true, 'cat')).toMatchObject({
		result: {
			fileName: 'cat',
			files: [{ binary: { fileName: 'cat.png' }, fields: { fileName: 'cat.png' } }],
		},
	});
	n8n.storageError = 'No space left';
	expect(await restore(false)).toMatchObject({ state: 'unreadable' });
	n8n.readError = 'EMFILE';
	expect(await restore(true)).toMatchObject({ state: 'unreadable' });
	n8n.readError = undefined;
	n8n.files.delete('file-0');
	expect(await restore(true)).toEqual({ state: 'gone' });
});
