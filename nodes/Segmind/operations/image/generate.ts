import { MODELS } from '../../models/models';
import { imageOperation } from './imageOperation';

/** Makes images from text. */
export const generate = imageOperation({
	name: 'Generate',
	value: 'generate',
	action: 'Generate an image',
	description: 'Make an image from a text prompt',
	toolDescription:
		'Text to image: makes an image from a prompt and returns imageUrl, a link that opens as the image. Show it to the user as a Markdown image, ![](imageUrl). Each image costs money, about $0.05. When no image was made, error says why and message says what to do: change the input accordingly instead of calling again with the same.',
	user: 'image:generate',
	models: MODELS,
});
