/** Where Segmind's API answers; the credential's default. */
export const SEGMIND_URL = 'https://api.segmind.com';

/** Whether only programs on the same machine can open an address. */
export const isLoopback = (url: URL): boolean => /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);

/** A base URL that the key must not be sent to; the message says why and what to enter. */
export class BaseUrlRefused extends Error {
	override readonly name = 'BaseUrlRefused';
}

/**
 * The base URL as a URL without a closing slash. The key travels in a header, so only https keeps it secret on
 * the way; plain http is for a stand-in on the same machine.
 *
 * @throws {BaseUrlRefused} when the key must not go there
 */
export function toBaseUrl(value: unknown): string {
	const text = typeof value === 'string' ? value.trim() : '';
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url === undefined) {
		throw new BaseUrlRefused(`'Base URL' is not a web address. Enter ${SEGMIND_URL}`);
	}
	if (url.username !== '' || url.password !== '' || /[?#]/.test(text)) {
		throw new BaseUrlRefused(
			`'Base URL' must be a plain address without a user name, '?' or '#'. Enter ${SEGMIND_URL}`,
		);
	}
	if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
		throw new BaseUrlRefused(
			`'Base URL' must start with https:// because the API key travels with each request. Enter ${SEGMIND_URL}`,
		);
	}
	return url.href.replace(/\/+$/, '');
}

/** Whether the key may be added to a request: the base URL's own origin, or a host of Segmind's over https. */
export function mayCarryKey(requestUrl: string, baseUrl: string): boolean {
	// Where clients read an address differently, it is not ours: blanks, backslashes and missing slashes.
	if (!/^https?:\/\/[^\s\\/?#]+([/?#]|$)/i.test(requestUrl) || !URL.canParse(requestUrl)) return false;
	const { origin, protocol, hostname } = new URL(requestUrl);
	if (origin === new URL(baseUrl).origin) return true;
	return protocol === 'https:' && (hostname === 'segmind.com' || hostname.endsWith('.segmind.com'));
}
