import { toModelId } from '../../../nodes/Segmind/jobs/modelId';

const PAGE = 'https://www.segmind.com/models/flux-1.1-pro';

it.each([
	'flux-1.1-pro',
	' flux-1.1-pro\n',
	PAGE,
	`${PAGE}/`,
	`${PAGE}/api?tab=js#top`,
	`${PAGE}/playground`,
	'segmind.com/models/flux-1.1-pro',
	'https://api.segmind.com/v1/flux-1.1-pro',
	'http://127.0.0.1:8080/v2/flux-1.1-pro',
])('%j is the model flux-1.1-pro', (value) => {
	expect(toModelId(value)).toBe('flux-1.1-pro');
});

it.each([
	...[
		'',
		' ',
		undefined,
		null,
		7,
		{},
		'a b',
		'a?b',
		'a#b',
		'a%2fb',
		'..',
		'../a',
		'a/b',
		'/models/a',
		'-a',
		'ä',
		'a\nb',
	],
	...[
		'https://segmind.com',
		'https://segmind.com/',
		`https://segmind.com/models/`,
		`${PAGE} x`,
		'a'.repeat(101),
	],
	'https://segmind.com/models/a%2fb',
])('no model is %j', (value) => {
	const message = expect.stringMatching(/^'Model' is (neither|empty|not a text)/);
	expect(() => toModelId(value)).toThrow(expect.objectContaining({ reason: 'request', message }));
});
