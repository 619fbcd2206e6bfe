/** Where Segmind's API answers; the credential's default. */
export const SEGMIND_URL = 'https://api.segmind.com';

/** Where a user creates a key. */
export const API_KEYS_URL = 'https://cloud.segmind.com/console/api-keys';

/** Returns whether only programs on the same machine can open an address. */
export const isLoopback = (url: URL): boolean => /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);

/** A base URL that the key must not be sent to. */
export class InvalidBaseUrlError extends Error {
	override readonly name = 'InvalidBaseUrlError';

	readonly advice = `Enter ${SEGMIND_URL}`;

	constructor(readonly problem: string) {
		super(`${problem}. Enter ${SEGMIND_URL}`);
	}
}

/**
 * Returns the base URL without a trailing slash, and without the version that the API's examples have in it: each
 * operation adds its own. The key travels in a header, so only https keeps it secret; plain http is allowed for an
 * emulator on the same machine.
 *
 * @throws {InvalidBaseUrlError} when the key must not go there
 */
export function toBaseUrl(value: unknown): string {
	const text = typeof value === 'string' ? value.trim() : '';
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url === undefined) throw new InvalidBaseUrlError("'Base URL' is not a web address");
	if (url.username !== '' || url.password !== '' || /[?#]/.test(text)) {
		throw new InvalidBaseUrlError("'Base URL' must be a plain address without a user name, '?' or '#'");
	}
	if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
		throw new InvalidBaseUrlError(
			"'Base URL' must start with https:// because the API key travels with each request",
		);
	}
	return url.href.replace(/(\/v[12])?\/*$/i, '');
}

/** Returns whether the key may be added to a request: the base URL's own origin, or a host of Segmind's over https. */
export function mayCarryKey(requestUrl: string, baseUrl: string): boolean {
	// Clients read blanks, backslashes and missing slashes differently, so such an address never gets the key.
	if (!/^https?:\/\/[^\s\\/?#]+([/?#]|$)/i.test(requestUrl) || !URL.canParse(requestUrl)) return false;
	const { origin, protocol, hostname } = new URL(requestUrl);
	if (origin === new URL(baseUrl).origin) return true;
	return protocol === 'https:' && (hostname === 'segmind.com' || hostname.endsWith('.segmind.com'));
}

/**
 * Returns the key as it is sent: without the blanks and invisible characters that come along when it is pasted. No
 * header can hold them, and n8n's client would drop them silently.
 */
export const toKey = (value: unknown): string => String(value ?? '').replace(/[^\u0021-\u007e]/g, '');
