import { SegmindApi } from '../../../credentials/SegmindApi.credentials';

const KEY = 'key-1';
const API = 'https://api.segmind.com';
const FORWARDED = { disableFollowRedirect: true, followRedirect: false, followAllRedirects: false };

const signed = async (request: object, credential: object = { apiKey: KEY, baseUrl: API }) =>
	await new SegmindApi().authenticate(credential as never, request);

it('has the names that saved workflows depend on, and hides the key', () => {
	const { name, properties } = new SegmindApi();
	expect(name).toBe('segmindApi');
	expect(properties).toMatchObject([
		{ name: 'apiKey', type: 'string', default: '', required: true, typeOptions: { password: true } },
		{ name: 'baseUrl', type: 'string', default: API, required: true },
	]);
	for (const { description } of properties) expect(description).toMatch(/^[A-Z].*[^.]$/);
	expect(properties[0]?.placeholder).toMatch(/^e\.g\. /);
});

it.each(['url', 'uri'])('adds the key to a request by its %s, and changes nothing else', async (address) => {
	const headers = Object.freeze({ accept: 'image/png', 'x-api-key': 'stale' });
	const request = Object.freeze({ method: 'POST', [address]: `${API}/v1/x`, body: {}, timeout: 5, headers });
	const result = { ...request, headers: { accept: 'image/png', 'x-api-key': KEY }, ...FORWARDED };
	expect(await signed(request)).toStrictEqual(result);
	const followed = { disableFollowRedirect: false, followRedirect: true, followAllRedirects: true };
	const pasted = { apiKey: ` ${KEY}\n`, baseUrl: API };
	expect(await signed({ ...request, ...followed }, pasted)).toStrictEqual(result);
});

it.each([
	{ baseURL: API, url: '/v1/x' },
	{ baseURL: `${API}/`, url: 'v1/x' },
	{ baseURL: `${API}//`, uri: '//v1/x'.slice(1) },
	{ baseURL: API, url: '' },
	{ baseURL: '', url: `${API}/v1/x` },
	{ baseURL: 'https://evil.test', url: `${API}/v1/x` },
])('adds the key where the parts lead to Segmind: %j', async (request) => {
	expect((await signed(request)).headers).toStrictEqual({ 'x-api-key': KEY });
});

it.each([
	{},
	{ url: 'https://evil.test', uri: `${API}/x` },
	{ url: 'http://127.0.0.1:8080/v1' },
	{ baseURL: 'https://evil.test', url: '/v1/x' },
	{ baseURL: 'https://evil.test', url: 'api.segmind.com' },
	{ baseURL: 'https://evil.test', uri: '/.segmind.com' },
	{ baseURL: 'https://evil.test', url: 'https:api.segmind.com' },
	{ baseURL: 'https://evil.test', url: ' https://api.segmind.com/v1' },
	{ baseURL: API, url: 'https://evil.test/x' },
	{ baseURL: API, uri: '//evil.test/x' },
	{ baseURL: 'https://api.segmind.com.evil.test', url: '/v1' },
	{ baseURL: 'https://', url: '/v1' },
	{ baseURL: '', url: '/v1' },
])('adds no key where they lead elsewhere: %j', async (request) => {
	const message = 'The Segmind key is only sent to api.segmind.com and to hosts of segmind.com over https. ';
	await expect(signed(request)).rejects.toThrow(message);
	await expect(signed(request)).rejects.not.toThrow(KEY);
});

it('sends the key to an emulator on this machine only when the base URL names it', async () => {
	const credential = { apiKey: KEY, baseUrl: 'http://127.0.0.1:8080' };
	const { headers } = await signed({ url: 'http://127.0.0.1:8080/x' }, credential);
	expect(headers).toStrictEqual({ 'x-api-key': KEY });
	await expect(signed({ url: 'https://evil.test' }, credential)).rejects.toThrow('127.0.0.1:8080');
});

it.each<[credential: object, message: string]>([
	[{ apiKey: KEY, baseUrl: 'http://api.segmind.com' }, "'Base URL' must start with https://"],
	[{ apiKey: KEY }, "'Base URL' is not a web address"],
	[{ apiKey: ' ', baseUrl: API }, "'API Key' is empty. Enter it"],
	[{ apiKey: null, baseUrl: API }, "'API Key' is empty. Enter it"],
])('signs nothing with %j', async (credential, message) => {
	await expect(signed({ url: `${API}/x` }, credential)).rejects.toThrow(message);
});
