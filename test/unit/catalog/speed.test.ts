/* eslint-disable no-console -- prints the measured times */
import { parseJson } from '../../../nodes/Segmind/api/json';
import { readCatalog } from '../../../nodes/Segmind/catalog/catalog';
import { toInputFields } from '../../../nodes/Segmind/catalog/inputFields';
import { toModelPage } from '../../../nodes/Segmind/catalog/searchModels';
import { longList } from '../../emulator/longList';

function timed<T>(what: string, work: () => T): { readonly milliseconds: number; readonly result: T } {
	const start = performance.now();
	const result = work();
	const milliseconds = performance.now() - start;
	console.log(`${what}: ${milliseconds.toFixed(1)} ms`);
	return { milliseconds, result };
}

test('500 models become the list and the fields of the editor in a moment', () => {
	const text = JSON.stringify(longList());
	const list = timed(`reading a list of 500 models (${(text.length / 1e6).toFixed(1)} MB)`, () => {
		const catalog = readCatalog(parseJson(text));
		return { catalog, page: toModelPage(catalog, 'model') };
	});
	const { catalog, page } = list.result;
	expect(catalog.size).toBe(500);
	expect(page.results).toHaveLength(100);
	const forty = [...catalog.values()].find(({ parameters }) => parameters?.length === 40)!;
	const fields = timed('the fields of a model with 40 inputs', () => toInputFields(catalog, forty.id));
	expect(fields.result.fields).toHaveLength(40);
	// Segmind's own time over the network comes on top of both.
	expect(list.milliseconds).toBeLessThan(1000);
	expect(fields.milliseconds).toBeLessThan(500);
});
