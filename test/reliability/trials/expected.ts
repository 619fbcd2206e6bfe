import type { Expected } from '../trial';

/** The answer got lost: the image may have been made. */
export const LOST: Expected = { cause: 'uncertain', paid: true };

/** A success, and what came is no image. */
export const NO_IMAGE: Expected = { cause: 'response', paid: true, statusCode: 200 };

/** A success, and what came is a part of an image. */
export const BROKEN: Expected = { ...NO_IMAGE, says: 'cut short or malformed' };

/** The image comes all the same. */
export const DELIVERED: Expected = { cause: 'none', paid: true };
