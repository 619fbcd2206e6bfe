/** Private and reserved IPv4 addresses (RFC 6890), as the URL standard writes them. */
const PRIVATE_V4 =
	/^(0|10|127|169\.254|172\.(1[6-9]|2\d|3[01])|192\.168|192\.0\.[02]|198\.1[89]|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])|22[4-9]|2[34]\d|25\d)\./;

/** Public IPv6 addresses start with 2 or 3. Those of Teredo and 6to4 among them wrap an IPv4 address. */
const PUBLIC_V6 = /^\[(?!2001:0?:|2002:)[23][0-9a-f]{3}:/;

/** Names of a local network. */
const LOCAL_NAME = /(^|\.)(localhost|localdomain|local|svc|internal|lan|home|corp|intranet|home\.arpa)$/;

const isIpV4 = (host: string): boolean => /^\d+\.\d+\.\d+\.\d+$/.test(host);

function isPublic(host: string): boolean {
	if (host.startsWith('[')) return PUBLIC_V6.test(host);
	if (isIpV4(host)) return !PRIVATE_V4.test(`${host}.`);
	const name = host.replace(/\.+$/, '');
	return name.includes('.') && !LOCAL_NAME.test(name);
}

/** Returns whether a value is an address on the web, and nothing else. */
export const isLink = (value: unknown): value is string =>
	typeof value === 'string' && /^https?:\/\/\S+$/i.test(value) && URL.canParse(value);

/**
 * Returns what keeps an address from being one that everybody can open: https on a public host. What a host name resolves
 * to is not looked up.
 */
export function addressProblem(link: string): 'scheme' | 'userName' | 'private' | undefined {
	const url = new URL(link);
	if (url.protocol !== 'https:') return 'scheme';
	if (url.username !== '' || url.password !== '') return 'userName';
	return isPublic(url.hostname) ? undefined : 'private';
}

/**
 * Returns why a file must not be fetched from an address; undefined when it may. Allowed are https on any public host,
 * and the API's own origin. What a host name resolves to is left to n8n's network policy.
 */
export function blockedReason(link: string, baseUrl: string): string | undefined {
	if (!URL.canParse(link)) return 'The response has no valid address for the file';
	const url = new URL(link);
	if (url.origin === new URL(baseUrl).origin) return undefined;
	switch (addressProblem(link)) {
		case 'scheme':
			return `The file is not at an https address: ${url.origin}`;
		case 'userName':
			return `The address of the file contains a user name: ${url.host}`;
		case 'private':
			return `The file is at an address inside a private network: ${url.host}`;
		case undefined:
			return undefined;
	}
}
