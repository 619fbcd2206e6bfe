import type { ChoiceAttribute } from './attribute';

type Choice = ChoiceAttribute['choices'][number];

/** Names and uses of the aspect ratios of Flux models. */
const RATIOS: Readonly<Record<string, Omit<Choice, 'value'>>> = {
	'1:1': { label: '1:1 Square', use: 'Feed posts, product tiles and profile pictures' },
	'1:2': { label: '1:2 High', use: 'Upright banners and long pins' },
	'16:9': { label: '16:9 Widescreen', use: 'Video thumbnails, slides and banners' },
	'2:1': { label: '2:1 Wide', use: 'Headers of articles and of mails' },
	'2:3': { label: '2:3 Tall', use: 'Pins, posters and book covers' },
	'21:9': { label: '21:9 Cinema', use: 'Headers of web pages and channels' },
	'3:2': { label: '3:2 Classic', use: 'Blog headers and photo prints' },
	'3:4': { label: '3:4 Upright', use: 'Catalogues and portrait posts' },
	'4:3': { label: '4:3 Standard', use: 'Presentations and newsletters' },
	'4:5': { label: '4:5 Portrait', use: 'Portrait posts in the feed, the tallest that feeds show whole' },
	'5:4': { label: '5:4 Large Format', use: 'Prints and frames' },
	'9:16': { label: '9:16 Vertical', use: 'Stories, reels and short videos' },
	'9:21': { label: '9:21 Tower', use: 'Phone wallpapers and upright banners' },
	match_input_image: { label: 'Match Input Image', use: 'The shape that the picture has' },
	custom: { label: 'Custom', use: 'A width and height of your own, in pixels' },
};

const FORMATS: Readonly<Record<string, Omit<Choice, 'value'>>> = {
	jpg: { label: 'JPG', synonyms: ['jpeg'], use: 'Opens everywhere; what Instagram takes' },
	png: { label: 'PNG', use: 'Lossless and larger, for editing and print' },
	webp: { label: 'WebP', use: 'The smallest file, for web pages and chats' },
};

/** The choices of a list that a model has, in the order of the list. */
const choicesOf = (list: typeof RATIOS, values: readonly string[]): Choice[] =>
	Object.entries(list)
		.filter(([value]) => values.includes(value))
		.map(([value, choice]) => ({ value, ...choice }));

/** The aspect ratio of every Flux model. */
export const aspectRatio = (
	values: readonly string[],
	source: string,
	defaultValue = '1:1',
): ChoiceAttribute => ({
	wire: 'aspect_ratio',
	parameter: 'aspectRatio',
	label: 'Aspect Ratio',
	description: 'The shape of the image, width to height',
	place: 'top',
	type: 'choice',
	choices: choicesOf(RATIOS, values),
	default: defaultValue,
	source,
});

/** The output format of every Flux model. */
export const outputFormat = (
	values: readonly string[],
	defaultValue: string,
	source: string,
): ChoiceAttribute => ({
	wire: 'output_format',
	parameter: 'outputFormat',
	label: 'Output Format',
	description: 'The file type to ask for; the file is named after the type that arrives',
	place: 'top',
	type: 'choice',
	choices: choicesOf(FORMATS, values),
	default: defaultValue,
	source,
});
