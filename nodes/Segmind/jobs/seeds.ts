import { invalidValue } from './checks';
import { hash } from './hash';
import type { ImageRequest } from './imageRequest';
import { MAX_DRAWN_SEED } from './imageRequest';

/** The first seed as a number; undefined where there is none to count up from. A body may have it as digits. */
function seedOf({ body: { seed } }: ImageRequest): number | undefined {
	if (typeof seed === 'number') return seed;
	return typeof seed === 'string' && /^\s*\d+\s*$/.test(seed) ? Number(seed) : undefined;
}

/** Where counting starts over. A body's seed shows whether its model takes more than 31 bits. */
function seedLimits({ model }: ImageRequest, seed: number): { readonly min: number; readonly max: number } {
	const attribute = model.attributes.find(({ wire }) => wire === 'seed');
	if (attribute?.type === 'integer') return attribute;
	return { min: 0, max: seed > MAX_DRAWN_SEED ? Number.MAX_SAFE_INTEGER : MAX_DRAWN_SEED };
}

/**
 * Returns the request for one of an item's images: its seed counts up from the first, and starts over at the end.
 *
 * @throws {SegmindError} when the seed is too large to count up, since equal seeds make equal images
 */
export function nthRequest(request: ImageRequest, imageIndex: number): ImageRequest {
	const seed = seedOf(request);
	if (imageIndex === 0 || seed === undefined) return request;
	if (seed > Number.MAX_SAFE_INTEGER) {
		throw invalidValue(
			'Inputs',
			`has too large a seed to count up: ${seed}`,
			'Use a smaller one, or one image per item',
		);
	}
	const { min, max } = seedLimits(request, seed);
	const next = ((seed - min + imageIndex) % (max - min + 1)) + min;
	return { ...request, body: { ...request.body, seed: next } };
}

/**
 * Returns a request whose drawn seed is derived from an idempotency key and what is asked for, files included, so that
 * every run with the key sends the same request.
 */
export function withKeySeed(request: ImageRequest, key: string | undefined): ImageRequest {
	const { body, seedDrawn } = request;
	if (key === undefined || !seedDrawn) return request;
	const { seed, ...asked } = body;
	const { min, max } = seedLimits(request, Number(seed));
	const first = Math.max(0, min);
	const count = Math.min(max, MAX_DRAWN_SEED) - first + 1;
	return {
		...request,
		body: { ...body, seed: first + (parseInt(hash([key, asked]).slice(0, 12), 16) % count) },
	};
}
