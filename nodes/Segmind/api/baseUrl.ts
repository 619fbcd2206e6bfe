import { InvalidBaseUrlError, toBaseUrl } from '../../../credentials/connection';
import { SegmindError } from './errors';

function baseUrlError(error: unknown): SegmindError {
	const { problem, advice } =
		error instanceof InvalidBaseUrlError ? error : new InvalidBaseUrlError(String(error));
	return new SegmindError('endpoint', problem, `${advice} in the Segmind credential. Nothing was sent.`, {
		cause: error,
	});
}

/**
 * Returns the base URL of a credential.
 *
 * @throws {SegmindError} when the key must not be sent there
 */
export function checkedBaseUrl(value: unknown): string {
	try {
		return toBaseUrl(value);
	} catch (error) {
		throw baseUrlError(error);
	}
}

/** Returns whether a value is a base URL that was checked, in any spelling. */
export function isBaseUrl(value: unknown, checked: string): boolean {
	try {
		return toBaseUrl(value) === checked;
	} catch {
		return false;
	}
}
