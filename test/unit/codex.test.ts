import codex from '../../nodes/Segmind/Segmind.node.json';
import { Segmind } from '../../nodes/Segmind/Segmind.node';

test('the codex is about this node', () => {
	expect(codex.node).toBe(`n8n-nodes-segmind.${new Segmind().description.name}`);
});

test('the node is in no category that the node panel leaves out', () => {
	// The panel's search shows a node of the category AI only as a root node of AI, and gives it the fields of a tool.
	expect(codex.categories).not.toContain('AI');
	expect(codex).not.toHaveProperty('subcategories');
});

test.each(['flux', 'ai image', 'image', 'text to image', 'generate picture'])(
	'it is found by "%s"',
	(alias) => {
		expect(codex.alias).toContain(alias);
	},
);

test.each(['primaryDocumentation', 'credentialDocumentation'] as const)('it links to its %s', (kind) => {
	for (const { url } of codex.resources[kind]) expect(url).toMatch(/^https:\/\//);
});
