import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { BaseUrlRefused, mayCarryKey, SEGMIND_URL, toBaseUrl } from '../../credentials/baseUrl';
import { SegmindApi } from '../../credentials/SegmindApi.credentials';
import { AVOIDED_WORDS } from './refused';

const KEY = `SG_${'0'.repeat(16)}`;
const SEGMIND = 'https://api.segmind.com';
const LOOPBACK = 'http://127.0.0.1:8080';

type AnyRequest = Parameters<SegmindApi['authenticate']>[1];

const signed = async (
	request: AnyRequest,
	credential: ICredentialDataDecryptedObject = { apiKey: KEY, baseUrl: SEGMIND },
) => await new SegmindApi().authenticate(credential, request);

/** Built, because a user name in an address looks like a secret. */
const WITH_USER = ['https://', 'user', ':', 'word', '@', 'api.segmind.com'].join('');

/** Addresses that look like Segmind's, and are not. */
const LOOKALIKES = [
	['https://api.segmind.com\\', '@evil.test'].join(''),
	' https://api.segmind.com/v1',
	'\thttps://api.segmind.com/v1',
	'https:api.segmind.com',
	'https:\\\\api.segmind.com',
	'//api.segmind.com/v1',
	'https://segmind.com.evil.test/v1',
	'https://evilsegmind.com/v1',
	'https://api-segmind.com/v1',
	'https://api.segmind.com.evil.test/v1',
	'https://evil.test/api.segmind.com',
	'https://evil.test/?x=.segmind.com',
	'https://evil.test?.segmind.com',
	'https://evil.test#.segmind.com',
	['https://api.segmind.com', '@evil.test/v1'].join(''),
	['https://api.segmind.com:443', '@evil.test/v1'].join(''),
	['https://evil.test\\', '@api.segmind.com/v1'].join(''),
	'https:\\\\evil.test\\.segmind.com',
	'https://evil.test\t/.segmind.com',
	'https://segmind.co/v1',
	'https://segmind.community/v1',
	'https://api.segmind.com./v1',
	'http://api.segmind.com/v1',
	'ftp://api.segmind.com/v1',
	'ws://api.segmind.com/v1',
	'http://localhost.evil.test/v1',
	'http://127.0.0.1.evil.test/v1',
	'http://127.0.0.1:8080/v1',
	'https://127.0.0.1/v1',
	'',
	'api.segmind.com',
	'//api.segmind.com/v1',
	'/v1',
];

describe('the base URL', () => {
	it.each([
		['https://api.segmind.com', 'https://api.segmind.com'],
		['https://api.segmind.com/', 'https://api.segmind.com'],
		['  https://api.segmind.com///  ', 'https://api.segmind.com'],
		['HTTPS://API.Segmind.COM', 'https://api.segmind.com'],
		['https://api.segmind.com:443', 'https://api.segmind.com'],
		['https://gateway.example/segmind/', 'https://gateway.example/segmind'],
		['https://gateway.example:8443', 'https://gateway.example:8443'],
		['http://localhost', 'http://localhost'],
		['http://localhost:3000/', 'http://localhost:3000'],
		['http://LOCALHOST:3000', 'http://localhost:3000'],
		['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
		['http://127.0.0.2', 'http://127.0.0.2'],
		['http://[::1]:8080', 'http://[::1]:8080'],
		['https://localhost:8443', 'https://localhost:8443'],
	])('%j becomes %j', (entered, baseUrl) => {
		expect(toBaseUrl(entered)).toBe(baseUrl);
	});

	it.each([
		'http://api.segmind.com',
		'http://segmind.com',
		'http://localhost.evil.test',
		'http://127.0.0.1.evil.test',
		'http://evil.test/localhost',
		['http://localhost', '@evil.test'].join(''),
		'http://10.0.0.1',
		'http://192.168.1.5:8080',
		'http://0.0.0.0',
		'http://1270.0.1',
		'http://[::2]',
		'http://notlocalhost',
		'http://localhostess',
		'ftp://api.segmind.com',
		'ftp://localhost',
		'file:///etc/passwd',
		'ws://localhost',
		'javascript:alert(1)',
		'data:text/plain,x',
		WITH_USER,
		['https://user', '@api.segmind.com'].join(''),
		'https://api.segmind.com?key=1',
		'https://api.segmind.com/#part',
		'http://localhost/?x',
		'',
		'   ',
		'api.segmind.com',
		'//api.segmind.com',
		'https://',
		'https:///',
		'segmind',
		undefined,
		null,
		42,
		{},
		['https://api.segmind.com'],
	])('%j is refused', (entered) => {
		expect(() => toBaseUrl(entered)).toThrow(BaseUrlRefused);
	});

	it.each([
		['', "'Base URL' is not a web address. Enter https://api.segmind.com"],
		['https://api.segmind.com?x', "'Base URL' must be a plain address"],
		['http://api.segmind.com', "'Base URL' must start with https://"],
	])('of %j is refused with the way out', (entered, words) => {
		const refused = (): string => toBaseUrl(entered);
		expect(refused).toThrow(words);
		expect(refused).toThrow('Enter https://api.segmind.com');
		expect(refused).not.toThrow(AVOIDED_WORDS);
	});

	it("is Segmind's own by default", () => {
		expect(SEGMIND_URL).toBe('https://api.segmind.com');
		const fields = new SegmindApi().properties;
		expect(fields.map(({ name, default: value }) => [name, value])).toStrictEqual([
			['apiKey', ''],
			['baseUrl', 'https://api.segmind.com'],
		]);
		expect(toBaseUrl(fields[1]?.default)).toBe('https://api.segmind.com');
	});
});

describe('the form of the credential', () => {
	const credential = new SegmindApi();

	it('has the name that saved workflows know, and hides the key', () => {
		expect(credential.name).toBe('segmindApi');
		const [apiKey] = credential.properties;
		expect(apiKey).toMatchObject({ name: 'apiKey', required: true, typeOptions: { password: true } });
	});

	it('describes each field without a full stop, and shows an example of a key', () => {
		for (const { description, displayName, placeholder } of credential.properties) {
			expect(description).toMatch(/^[A-Z].*[^.]$/);
			expect(`${displayName} ${description}`).not.toMatch(AVOIDED_WORDS);
			if (placeholder !== undefined) expect(placeholder).toMatch(/^e\.g\. /);
		}
	});
});

describe('the key may be carried', () => {
	it.each([
		'https://api.segmind.com/v1/flux-1.1-pro',
		'https://api.segmind.com',
		'https://segmind.com/x',
		'https://cloud.segmind.com',
		'https://API.SEGMIND.COM/v1',
		'https://api.segmind.com/?to=https://evil.test',
	])('to %s', (target) => {
		expect(mayCarryKey(target, SEGMIND)).toBe(true);
		expect(mayCarryKey(target, LOOPBACK)).toBe(true);
	});

	it.each([
		['http://127.0.0.1:8080/v1/x', LOOPBACK],
		['http://127.0.0.1:8080', LOOPBACK],
		['http://[::1]:9/x', 'http://[::1]:9'],
		['http://localhost:3000/x', 'http://localhost:3000'],
		['https://gateway.example/v1', 'https://gateway.example/segmind'],
	])('to %s, the origin of %s', (target, baseUrl) => {
		expect(mayCarryKey(target, baseUrl)).toBe(true);
	});

	it.each([
		['http://127.0.0.1:8081', LOOPBACK],
		['https://127.0.0.1:8080', LOOPBACK],
		['http://localhost:8080', LOOPBACK],
		['http://gateway.example/segmind', 'https://gateway.example/segmind'],
		['https://gateway.example:8443', 'https://gateway.example'],
		['https://other.gateway.example', 'https://gateway.example'],
	])('not to %s, which is another origin than %s', (target, baseUrl) => {
		expect(mayCarryKey(target, baseUrl)).toBe(false);
	});

	it.each(LOOKALIKES)('not to %j', (target) => {
		expect(mayCarryKey(target, SEGMIND)).toBe(false);
	});
});

describe('a request with the credential', () => {
	it.each(['url', 'uri'])('gets the key in its header, in the shape with %s', async (address) => {
		const request = { method: 'GET' as const, [address]: `${SEGMIND}/v1/get-user-credits` };
		expect(await signed(request)).toMatchObject({ ...request, headers: { 'x-api-key': KEY } });
	});

	it.each([` ${KEY}`, `${KEY}\n`, `\t${KEY}\r\n`])('gets %j without the spaces around it', async (apiKey) => {
		const { headers } = await signed({ url: `${SEGMIND}/x` }, { apiKey, baseUrl: SEGMIND });
		expect(headers?.['x-api-key']).toBe(KEY);
	});

	it('keeps its headers, its body and all else', async () => {
		const request = {
			method: 'POST' as const,
			url: `${SEGMIND}/v1/flux-1.1-pro`,
			headers: { accept: 'image/png', 'X-Trace': '7' },
			body: { prompt: 'a red fox' },
			timeout: 5000,
		};
		expect(await signed(request)).toStrictEqual({
			...request,
			headers: { accept: 'image/png', 'X-Trace': '7', 'x-api-key': KEY },
			disableFollowRedirect: true,
			followRedirect: false,
			followAllRedirects: false,
		});
	});

	it('is followed to no other place, even if it asks for that', async () => {
		const asked = { disableFollowRedirect: false, followRedirect: true, followAllRedirects: true };
		for (const address of [{ url: `${SEGMIND}/x` }, { uri: `${SEGMIND}/x` }]) {
			expect(await signed({ ...asked, ...address })).toMatchObject({
				disableFollowRedirect: true,
				followRedirect: false,
				followAllRedirects: false,
			});
		}
	});

	it('is another one: the request that came in is as it was', async () => {
		const headers = Object.freeze({ accept: 'image/png' });
		const request = Object.freeze({ url: `${SEGMIND}/x`, headers });
		const result = await signed(request);
		expect(request).toStrictEqual({ url: `${SEGMIND}/x`, headers: { accept: 'image/png' } });
		expect(result.headers).toStrictEqual({ accept: 'image/png', 'x-api-key': KEY });
	});

	it('takes the place of a key that was in its header', async () => {
		const { headers } = await signed({ url: `${SEGMIND}/x`, headers: { 'x-api-key': 'stale' } });
		expect(headers).toStrictEqual({ 'x-api-key': KEY });
	});

	it.each([
		[{ baseURL: SEGMIND, url: '/v1/x' }],
		[{ baseURL: `${SEGMIND}/`, url: 'v1/x' }],
		[{ baseURL: SEGMIND, uri: '/v1/x' }],
		[{ baseURL: SEGMIND, url: '' }],
		[{ baseURL: 'https://evil.test', url: `${SEGMIND}/v1/x` }],
	])('is signed where its parts together lead to Segmind: %j', async (request) => {
		expect((await signed(request)).headers?.['x-api-key']).toBe(KEY);
	});

	it.each([
		[{ baseURL: 'https://evil.test', url: '/v1/x' }],
		[{ baseURL: 'https://evil.test', url: 'api.segmind.com' }],
		[{ baseURL: 'https://evil.test', uri: '/.segmind.com' }],
		[{ baseURL: SEGMIND, url: 'https://evil.test/x' }],
		[{ baseURL: SEGMIND, uri: 'https://evil.test/x' }],
		[{ baseURL: 'https://api.segmind.com.evil.test', url: '/v1' }],
		[{ baseURL: 'https://', url: '/v1' }],
		[{ baseURL: '', url: '/v1' }],
		[{ url: 'https://evil.test', uri: `${SEGMIND}/x` }],
		[{}],
	])('is not signed where its parts lead elsewhere: %j', async (request) => {
		await expect(signed(request as AnyRequest)).rejects.toThrow('The Segmind key is only sent to');
	});

	it.each(LOOKALIKES)('is not signed to %j, in neither shape', async (target) => {
		await expect(signed({ url: target })).rejects.toThrow('The Segmind key is only sent to');
		await expect(signed({ uri: target })).rejects.toThrow('The Segmind key is only sent to');
	});

	it('says where the key may go, and neither the key nor an avoided word', async () => {
		const refused = signed({ url: 'https://evil.test' }, { apiKey: KEY, baseUrl: LOOPBACK });
		await expect(refused).rejects.toThrow('127.0.0.1:8080');
		await expect(refused).rejects.not.toThrow(KEY);
		await expect(refused).rejects.not.toThrow(AVOIDED_WORDS);
	});

	it.each(['http://api.segmind.com', 'ftp://api.segmind.com', '', WITH_USER])(
		'is not signed when the base URL is %j',
		async (baseUrl) => {
			const request = { url: `${SEGMIND}/x` };
			await expect(signed(request, { apiKey: KEY, baseUrl })).rejects.toThrow(BaseUrlRefused);
		},
	);

	it('goes to a stand-in on this machine only when the base URL names it', async () => {
		const request = { url: `${LOOPBACK}/v1/x` };
		await expect(signed(request)).rejects.toThrow('The Segmind key is only sent to');
		expect((await signed(request, { apiKey: KEY, baseUrl: LOOPBACK })).headers?.['x-api-key']).toBe(KEY);
	});
});

describe('an address that n8n joins to a base URL', () => {
	it.each([
		{ baseURL: 'http://127.0.0.1:9', url: ' https://api.segmind.com/v1' },
		{ baseURL: 'http://127.0.0.1:9', url: '\thttps://api.segmind.com/v1' },
		{ baseURL: 'https://evil.test', url: 'https:api.segmind.com' },
		{ baseURL: 'https://evil.test', url: 'https:\\\\api.segmind.com' },
		{ baseURL: SEGMIND, url: '//evil.test/x' },
		{ baseURL: 'https://evil.test', url: '/v1' },
	])('gets no key when it may be another than it looks: %j', async (request) => {
		await expect(signed(request)).rejects.toThrow(/only sent to api\.segmind\.com/);
	});

	it('gets the key where both are ours', async () => {
		const { headers } = await signed({ baseURL: `${SEGMIND}/`, url: '/v1/get-user-credits' });
		expect(headers?.['x-api-key']).toBe(KEY);
	});
});

it.each([undefined, null, '', '  '])('a key of %j is never sent as a word', async (apiKey) => {
	const credentials = { apiKey, baseUrl: SEGMIND } as { apiKey: string; baseUrl: string };
	await expect(signed({ url: `${SEGMIND}/x` }, credentials)).rejects.toThrow("'API Key' is empty");
});

it.each(['https://api.segmind.com/?', 'https://api.segmind.com?', 'https://api.segmind.com/#'])(
	'the base URL %s is refused for its closing mark',
	(baseUrl) => {
		expect(() => toBaseUrl(baseUrl)).toThrow("'Base URL'");
	},
);
