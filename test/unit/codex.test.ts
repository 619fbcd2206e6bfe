import codex from '../../nodes/Segmind/Segmind.node.json';
import { Segmind } from '../../nodes/Segmind/Segmind.node';

test('the codex names this node', () => {
	expect(codex.node).toBe(`n8n-nodes-segmind.${new Segmind().description.name}`);
});

test('the node is in no category that the node panel leaves out', () => {
	// The search shows a node of the category AI only as a root node of AI, and lets a model fill in its fields.
	expect(codex.categories).not.toContain('AI');
	expect(codex).not.toHaveProperty('subcategories');
});

const SEARCHED = [
	...['flux', 'ai image', 'image', 'text to image', 'generate picture', 'create image', 'image to image'],
	...[
		'edit image',
		'upscale',
		'remove background',
		'video',
		'pixelflow',
		'seedream',
		'kontext',
		'flux ultra',
	],
	...['poster', 'banner', 'instagram', 'credits'],
];

test.each(SEARCHED)('the search finds the node by "%s"', (alias) => {
	expect(codex.alias).toContain(alias);
});

test.each(['primaryDocumentation', 'credentialDocumentation'] as const)('%s links to https', (kind) => {
	expect(codex.resources[kind]).not.toEqual([]);
	for (const { url } of codex.resources[kind]) expect(url).toMatch(/^https:\/\//);
});

test('its categories are on the list of n8n', () => {
	// Of the categories in n8n's documentation of codex files.
	expect(codex.categories).toStrictEqual(['Marketing & Content', 'Miscellaneous']);
});
