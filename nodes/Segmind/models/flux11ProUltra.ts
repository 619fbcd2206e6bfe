import type { Model } from './attribute';
import { aspectRatio, outputFormat } from './flux';
import { sharedWithFlux11Pro } from './flux11Pro';

const PAGE = "Segmind's page for Flux 1.1 Pro Ultra";

/** Flux 1.1 Pro Ultra by Black Forest Labs, as Segmind publishes it: four megapixels, and wider shapes. */
export const flux11ProUltra: Model = {
	id: 'flux-1.1-pro-ultra',
	displayName: 'Flux 1.1 Pro Ultra',
	use: 'Images of four megapixels, from 21:9 to 9:21',
	price: 0.075,
	attributes: [
		...sharedWithFlux11Pro('prompt'),
		aspectRatio(['1:1', '16:9', '2:3', '21:9', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '9:21'], PAGE),
		outputFormat(['jpg', 'png'], 'jpg', PAGE),
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
		...sharedWithFlux11Pro('safety_tolerance', 'seed'),
	],
};
