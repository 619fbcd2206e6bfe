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
		{ name: 'keyNotice', type: 'notice' },
		{ name: 'baseUrl', type: 'string', default: API, required: true },
	]);
	for (const { description, type } of properties) {
		if (type !== 'notice') expect(description).toMatch(/^[A-Z].*[^.]$/);
	}
	expect(properties[0]?.placeholder).toMatch(/^e\.g\. /);
});

it('links to the page for keys and to the documentation, in a new tab', () => {
	const notice = new SegmindApi().properties.find(({ type }) => type === 'notice')?.displayName ?? '';
	const links = [...notice.matchAll(/<a href="([^"]+)" target="_blank">/g)].map(([, url]) => url);
	expect(links).toEqual(['https://cloud.segmind.com/console/api-keys', 'https://docs.segmind.com']);
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

it.each<[isOurs: boolean, baseURL: string, paths: string[]]>([
	[true, API, ['/v1/x', 'v1/x', '']],
	[true, `${API}//`, ['/v1/x']],
	[true, '', [`${API}/v1/x`]],
	[true, 'https://evil.test', [`${API}/v1/x`]],
	[false, API, ['https://evil.test/x', '//evil.test/x']],
	[false, '', ['', '/v1', 'http://127.0.0.1:8080/v1']],
	[false, 'https://', ['/v1']],
	[false, 'https://api.segmind.com.evil.test', ['/v1']],
	[false, 'https://a.test', ['/v1', 'api.segmind.com', '/.segmind.com', 'https:api.segmind.com', ` ${API}`]],
])('it is %s that the key is added to %s with %j', async (isOurs, baseURL, paths) => {
	const message = 'The Segmind key is only sent to api.segmind.com and to hosts of segmind.com over https. ';
	const requests = ['url', 'uri'].flatMap((key) => paths.map((path) => ({ baseURL, [key]: path })));
	for (const request of requests) {
		if (isOurs) expect((await signed(request)).headers).toStrictEqual({ 'x-api-key': KEY });
		else await expect(signed(request)).rejects.toThrow(message);
	}
	await expect(signed({ url: 'https://evil.test', uri: `${API}/x` })).rejects.toThrow(message);
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
