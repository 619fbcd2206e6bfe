import { Segmind } from '../../../nodes/Segmind/Segmind.node';
import { properties } from '../../../nodes/Segmind/operations/operations';

const hinted = properties.filter(({ builderHint }) => builderHint !== undefined);

test('the node and the fields that a builder has to fill in have hints', () => {
	expect(new Segmind().description.builderHint?.searchHint).toMatch(/Flux 1\.1 Pro.*each input item/);
	const names = new Set(hinted.map(({ name }) => name));
	expect([...names].sort()).toEqual([
		...['additionalFields', 'aspectRatio', 'flow', 'inputFields', 'inputImage', 'inputJson', 'modelId'],
		...['options', 'outputFormat', 'prompt', 'requestId'],
	]);
});

test('hints are sentences without the syntax of expressions', () => {
	for (const { builderHint } of hinted) expect(builderHint?.propertyHint).toMatch(/^[A-Z][^{}]*\.$/);
});

test('a field is hinted at wherever it is shown', () => {
	const shapes = properties.filter(({ name }) => name === 'aspectRatio');
	expect(shapes.length).toBeGreaterThan(1);
	expect(shapes.every(({ builderHint }) => builderHint !== undefined)).toBe(true);
});
