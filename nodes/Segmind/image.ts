import type { Answer, Redact, Told } from './answer';
import { isSuccess, toldBy, wordsOf } from './answer';
import { noImage, toRefusal } from './meaning';
import type { Picture } from './picture';
import { toPicture } from './picture';
import type { ImageRequest } from './request';
import type { Segmind } from './segmind';

/** An image as it was paid for, with what its answer told. */
export interface Image {
	readonly picture: Picture;
	readonly told: Told;
}

/**
 * Sends one request and reads the image that it paid for.
 *
 * @param timeout seconds for the whole exchange
 * @throws {Refusal} when there is no whole image, with what that means for money
 */
export async function requestImage(
	{ ask, redact }: Segmind,
	{ model, body }: ImageRequest,
	timeout: number,
): Promise<Image> {
	const answer = await ask({ method: 'POST', path: `/v1/${model.id}`, body, timeout });
	const { statusCode } = answer;
	if (!isSuccess(statusCode)) throw toRefusal(answer, redact);
	const told = toldBy(answer, redact);
	const picture = toPicture(answer.body);
	if (picture === 'broken') throw noImage('The image that came is cut short or malformed', statusCode, told);
	if (picture === 'unknown') throw noImage(whatCame(answer, redact), statusCode, told);
	return { picture, told };
}

function whatCame(answer: Answer, redact: Redact): string {
	if (answer.body.length === 0) return 'The answer is empty';
	const words = wordsOf(answer, redact);
	return words === '' ? 'The answer is not an image' : `The answer is not an image: ${words}`;
}
