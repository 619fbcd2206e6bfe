import { MODELS } from '../../../nodes/Segmind/models/models';

/** What is published of the sister models, typed by hand: model, wire name, type, default, and values or limits. */
const PUBLISHED = `
	flux-1.1-pro-ultra prompt text
	flux-1.1-pro-ultra seed integer
	flux-1.1-pro-ultra raw boolean false
	flux-1.1-pro-ultra aspect_ratio choice 1:1 16:9,1:1,21:9,2:3,3:2,3:4,4:3,4:5,5:4,9:16,9:21
	flux-1.1-pro-ultra output_format choice jpg jpg,png
	flux-1.1-pro-ultra safety_tolerance integer 2
	flux-pro prompt text
	flux-pro guidance decimal 3 2,5
	flux-pro steps integer 25 1,50
	flux-pro interval decimal 2 1,4
	flux-pro safety_tolerance integer 2
	flux-pro aspect_ratio choice
	flux-pro seed integer
	flux-pro output_format choice webp
	flux-pro output_quality integer 80`;

const ROWS = PUBLISHED.trim().split(/\n\s*/);

it.each(ROWS)('has the published attribute %s', (row) => {
	const [id, wire, type, defaultValue, values] = row.split(' ');
	const attribute = MODELS.find((model) => model.id === id)?.attributes.find((each) => each.wire === wire);
	expect(attribute).toMatchObject({ type, source: expect.stringMatching(/\S{3}/) });
	const known = { choices: [], min: 0, max: 0, default: '', ...attribute };
	if (defaultValue !== undefined) expect(String(known.default)).toBe(defaultValue);
	const choices = known.choices.map(({ value }) => value).sort();
	const found = type === 'choice' ? choices : [known.min, known.max];
	if (values !== undefined) expect(found.join()).toBe(values);
});

it('has Flux 1.1 Pro first, the published prices, and no attribute that is not published', () => {
	expect(MODELS.map(({ id }) => id)).toStrictEqual(['flux-1.1-pro', 'flux-1.1-pro-ultra', 'flux-pro']);
	expect(MODELS.map(({ price }) => price)).toStrictEqual([0.05, 0.075, 0.067]);
	expect(MODELS.slice(1).flatMap(({ attributes }) => attributes)).toHaveLength(ROWS.length);
});
