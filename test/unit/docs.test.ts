/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a test, not part of the node */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import { SegmindApi } from '../../credentials/SegmindApi.credentials';
import { generatedPages, readPages } from '../../docs/pages';
import codex from '../../nodes/Segmind/Segmind.node.json';
import manifest from '../../package.json';

const PAGES = readPages();
const HOME = 'https://github.com/n8n-nodes-segmind/n8n-nodes-segmind';

const withoutCode = (text: string): string => text.replaceAll(/^```[\s\S]*?^```$|`[^`\n]+`/gm, '');

/** The anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (text: string): string[] =>
	[...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
		heading
			.toLowerCase()
			.replaceAll(/[^\p{L}\p{N} _-]/gu, '')
			.replaceAll(' ', '-'),
	);

const linksOf = (text: string): string[] =>
	[...withoutCode(text).matchAll(/\]\(([^)\s]+)\)|<img src="([^"]+)"/g)].map(
		([, link, image]) => link ?? image!,
	);

/** Whether a link to a file or heading of the project leads somewhere. */
function leadsSomewhere(from: string, link: string): boolean {
	const [path = '', anchor] = link.split('#');
	const target = path === '' ? from : normalize(join(dirname(from), path));
	if (!existsSync(target)) return false;
	return anchor === undefined || anchorsOf(PAGES.get(target) ?? '').includes(anchor);
}

test('the pages have what `npm run docs` generates', () => {
	expect(generatedPages(PAGES)).toEqual(PAGES);
});

test.each([...PAGES])('%s has no link that leads nowhere', (page, text) => {
	const local = linksOf(text).filter((link) => !/^[a-z]+:/i.test(link));
	expect(local.filter((link) => !leadsSomewhere(page, link))).toEqual([]);
	const others = linksOf(text).filter((link) => /^[a-z]+:/i.test(link));
	expect(others.filter((link) => !URL.canParse(link) || !/^https:/.test(link))).toEqual([]);
});

test('links of the node into the documentation lead to a heading', () => {
	const links = [
		new SegmindApi().documentationUrl,
		...codex.resources.credentialDocumentation.map(({ url }) => url),
		...codex.resources.primaryDocumentation.map(({ url }) => url),
		manifest.homepage,
	];
	for (const link of links) {
		expect(link).toContain(`${HOME}#`);
		const [, anchor = ''] = link.split('#');
		expect([...anchorsOf(PAGES.get('README.md') ?? ''), 'readme']).toContain(anchor);
	}
});

test('README.md is no longer than 1,500 words, and has the two commands that need no account', () => {
	const readme = PAGES.get('README.md') ?? '';
	expect(readme.split(/\s+/).length).toBeLessThanOrEqual(1500);
	expect(readme).toMatch(/^npm run demo\b.*\n(.*\n)*npm cit\b/m);
});

test('every page of docs is linked from README.md', () => {
	const linked = linksOf(PAGES.get('README.md') ?? '').map((link) => link.split('#')[0]);
	const pages = readdirSync('docs').filter((name) => name.endsWith('.md'));
	expect(pages.filter((name) => !linked.includes(`docs/${name}`))).toEqual([]);
});

test('docs/development.md names each of at most eleven scripts', () => {
	const scripts = Object.keys(manifest.scripts);
	expect(scripts.length).toBeLessThanOrEqual(11);
	const page = PAGES.get(join('docs', 'development.md')) ?? '';
	const named = [...page.matchAll(/^\| `npm (?:run )?([\w:]+)`/gm)].map(([, name]) => name);
	expect(named.sort()).toEqual(scripts.sort());
});
