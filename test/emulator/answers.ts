import type { Answer } from './catalog';
import type { Drawing } from './draw';
import { jsonOutput } from './jobs';
import type { Pictures } from './pictures';
import { MEDIA_TYPES } from './published';
import type { WireResponse } from './wire';
import { jsonResponse } from './wire';

export const imageResponse = ({ output_format: format }: Drawing, body: Buffer): WireResponse => ({
	status: 200,
	headers: { 'content-type': MEDIA_TYPES[format] ?? '' },
	body,
});

/** The start of an MP4, and some content. */
const VIDEO = Buffer.concat([Buffer.from('00000020667479706d70343200000000', 'hex'), Buffer.alloc(5000, 7)]);

export const videoResponse = (): WireResponse => ({
	status: 200,
	headers: { 'content-type': 'video/mp4' },
	body: VIDEO,
});

/** Returns the direct response of a model, before its headers. */
export async function answerWith(
	answer: Answer | 'base64',
	drawing: Drawing,
	pictures: Pictures,
): Promise<WireResponse> {
	if (answer === 'json') return jsonResponse(200, jsonOutput(drawing));
	if (answer === 'video') return videoResponse();
	const picture = await pictures.drawOnce(drawing);
	if (answer === 'image') return imageResponse(drawing, picture);
	const text = picture.toString('base64');
	return jsonResponse(200, answer === 'base64' ? { image: text } : { images: [{ b64_json: text }] });
}
