import { EDIT_MODELS } from '../../models/models';
import { imageOperation } from './imageOperation';

/** Changes pictures. */
export const edit = imageOperation({
	name: 'Edit',
	value: 'edit',
	action: 'Edit an image',
	description: 'Change a picture as a text prompt says',
	toolDescription:
		'Image editing: changes a picture as a prompt says and returns imageUrl, a link that opens as the image. Show it to the user as a Markdown image, ![](imageUrl). The picture is an https address. Each image costs money, about $0.05. When no image was made, error says why and message says what to do: change the input accordingly instead of calling again with the same.',
	user: 'image:edit',
	models: EDIT_MODELS,
});
