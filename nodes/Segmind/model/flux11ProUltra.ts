import type { Model } from './attribute';
import { flux11Pro } from './flux11Pro';

const PAGE = "Segmind's page for Flux 1.1 Pro Ultra";

/** Attributes that this model has exactly as Flux 1.1 Pro has them. */
const shared = (...wires: readonly string[]) =>
	flux11Pro.attributes.filter(({ wire }) => wires.includes(wire));

/** Flux 1.1 Pro Ultra by Black Forest Labs, as Segmind publishes it: four megapixels, and wider shapes. */
export const flux11ProUltra: Model = {
	id: 'flux-1.1-pro-ultra',
	displayName: 'Flux 1.1 Pro Ultra',
	use: 'Images of four megapixels, from 21:9 to 9:21',
	price: 0.075,
	attributes: [
		...shared('prompt'),
		{
			wire: 'aspect_ratio',
			parameter: 'aspectRatio',
			label: 'Aspect Ratio',
			description: 'The shape of the image, width to height',
			place: 'top',
			type: 'choice',
			choices: [
				{ value: '1:1', label: '1:1 Square', use: 'Feed posts, product tiles and profile pictures' },
				{ value: '16:9', label: '16:9 Widescreen', use: 'Video thumbnails, slides and banners' },
				{ value: '2:3', label: '2:3 Tall', use: 'Pins, posters and book covers' },
				{ value: '21:9', label: '21:9 Cinema', use: 'Headers of web pages and channels' },
				{ value: '3:2', label: '3:2 Classic', use: 'Blog headers and photo prints' },
				{ value: '3:4', label: '3:4 Upright', use: 'Catalogues and portrait posts' },
				{ value: '4:3', label: '4:3 Standard', use: 'Presentations and newsletters' },
				{ value: '4:5', label: '4:5 Portrait', use: 'Portrait posts in the feed' },
				{ value: '5:4', label: '5:4 Large Format', use: 'Prints and frames' },
				{ value: '9:16', label: '9:16 Vertical', use: 'Stories, reels and short videos' },
				{ value: '9:21', label: '9:21 Tower', use: 'Wallpapers of phones and banners that stand' },
			],
			default: '1:1',
			source: PAGE,
		},
		{
			wire: 'output_format',
			parameter: 'outputFormat',
			label: 'Output Format',
			description: 'The file type to ask for; the file is named after the type that arrives',
			place: 'top',
			type: 'choice',
			choices: [
				{ value: 'jpg', label: 'JPG', use: 'Opens everywhere; what Instagram takes' },
				{ value: 'png', label: 'PNG', use: 'Lossless and larger, for editing and print' },
			],
			default: 'jpg',
			source: PAGE,
		},
		{
			wire: 'raw',
			parameter: 'raw',
			label: 'Raw',
			description: 'Whether to make the image look less processed, as a plain photograph does',
			place: 'additional',
			type: 'boolean',
			default: false,
			source: PAGE,
		},
		...shared('safety_tolerance', 'seed'),
	],
};
