import type { INodeProperties } from 'n8n-workflow';

import type { Operation } from './operation';

/** What n8n's AI builder and its MCP server read about the node. */
export const SEARCH_HINT =
	'Makes images from text with Flux 1.1 Pro and other models on Segmind, edits images, runs any other model (images, video, sound) and published PixelFlow workflows. The image arrives as binary data in the field "data", with its cost in US dollars, its seed and its size in the JSON. Makes one image for each input item and handles retries, rate limits and concurrency itself: put no loop or Wait node around it.';

/** What an AI that builds a workflow should know about a field, by resource and name. */
const HINTS: Readonly<Record<string, string>> = {
	'image.prompt':
		'Describe subject, setting, light and style in plain English. To make an image for each row, refer to the field of the incoming item.',
	'image.aspectRatio':
		'Choose by use: 1:1 for feed posts, 4:5 for portrait posts, 9:16 for stories, 16:9 for thumbnails and banners. Use custom, with width and height, only for another shape.',
	'image.outputFormat': 'Use jpg where the next service takes only JPEG, such as Instagram; else webp.',
	'image.additionalFields': 'Leave empty unless the user asks for a seed, a quality or another attribute.',
	'image.options':
		'Leave empty by default. Add linkExpiry when the next node needs a URL instead of a file, idempotencyKey with the id of the row when runs may repeat, numberOfImages for several images for each item, includeInputFields to keep the fields of the row, and maximumCostPerRun to cap what a run may cost.',
	'image.inputImage':
		'The name of the incoming binary field with the picture, which is data by default, or an https URL.',
	'image.requestId': 'The requestId of an item that Generate returned with delivery set to submitOnly.',
	'model.modelId':
		'Only for models that Image: Generate and Image: Edit do not have, such as video and sound.',
	'model.inputJson': 'One object with the inputs by the names on the API page of the model.',
	'pixelFlow.flow': 'The slug of a flow that the user published on Segmind. Never make one up.',
	'pixelFlow.inputFields': "One entry for each input, by the name on the flow's API page.",
};

/** Returns a field with what an AI that builds a workflow should know about it. */
export function withBuilderHint(resource: Operation['resource'], field: INodeProperties): INodeProperties {
	const propertyHint = HINTS[`${resource}.${field.name}`];
	return propertyHint === undefined ? field : { ...field, builderHint: { propertyHint } };
}
