import { InvalidBaseUrlError, mayCarryKey, toBaseUrl, toKey } from '../../../credentials/connection';

const words = (text: string): string[] => text.trim().split(/\s+/);

it.each([
	['  https://api.segmind.com///  ', 'https://api.segmind.com'],
	['HTTPS://API.Segmind.COM:443/', 'https://api.segmind.com'],
	['https://gateway.example:8443/segmind/', 'https://gateway.example:8443/segmind'],
	['http://LOCALHOST:3000/', 'http://localhost:3000'],
	['http://127.0.0.2', 'http://127.0.0.2'],
	['http://[::1]:8080', 'http://[::1]:8080'],
])('the base URL %j becomes %j', (entered, baseUrl) => {
	expect(toBaseUrl(entered)).toBe(baseUrl);
});

/** Built, because a user name in an address looks like a secret. */
const withUser = (user: string, rest: string): string => `https://${user}${'@'}${rest}`;

const NOT_HTTPS = words(`
	http://api.segmind.com http://localhost.evil.test http://127.0.0.1.evil.test http://evil.test/localhost
	http://10.0.0.1 http://0.0.0.0 http://[::2] http://notlocalhost http://localhostess
	ftp://localhost file:///etc/passwd javascript:alert(1) ws://localhost`);

it.each<[problem: string, entered: unknown[]]>([
	['must start with https://', NOT_HTTPS],
	['must be a plain address', words('https://a.test?k=1 https://a.test/#x https://a.test/?')],
	['must be a plain address', ['user:word', 'user', ':word'].map((user) => withUser(user, 'a.example'))],
	['is not a web address', ['', '  ', 'api.segmind.com', '//a.example', 'https://', undefined, null, 42, {}]],
])("'Base URL' %s, unlike %j", (problem, entered) => {
	for (const value of entered) {
		const message = expect.stringMatching(`^'Base URL' ${problem}.*\\. Enter https://api\\.segmind\\.com$`);
		const error = { name: 'InvalidBaseUrlError', message, advice: 'Enter https://api.segmind.com' };
		expect(() => toBaseUrl(value)).toThrow(expect.objectContaining(error));
		expect(() => toBaseUrl(value)).toThrow(InvalidBaseUrlError);
	}
});

const LOOPBACK = 'http://127.0.0.1:8080';

it.each(
	words(`https://api.segmind.com/v1/flux https://segmind.com https://API.SEGMIND.COM/v1 https://a.segmind.com#x
		https://api.segmind.com?to=https://evil.test ${LOOPBACK} ${LOOPBACK}/v1/x`),
)('the key may go to %s', (target) => {
	expect(mayCarryKey(target, LOOPBACK)).toBe(true);
});

it.each([
	...words(`http://127.0.0.1:8081 https://127.0.0.1:8080 http://localhost:8080 http://127.0.0.1:8080.evil.test
		https:api.segmind.com https:\\\\api.segmind.com https:\\\\evil.test\\.segmind.com //api.segmind.com/v1 /v1
		api.segmind.com https://segmind.com.evil.test https://evilsegmind.com https://api-segmind.com
		https://evil.test/api.segmind.com https://evil.test?.segmind.com https://evil.test#.segmind.com
		https://segmind.co https://api.segmind.com. http://api.segmind.com ftp://api.segmind.com`),
	...['', ' https://api.segmind.com/v1', '\thttps://api.segmind.com', 'https://evil.test\t/.segmind.com'],
	...[withUser('api.segmind.com', 'evil.test'), withUser('api.segmind.com\\', 'evil.test')],
	withUser('evil.test\\', 'api.segmind.com'),
])('the key may not go to %j', (target) => {
	expect(mayCarryKey(target, LOOPBACK)).toBe(false);
});

it('goes to the origin of the base URL, whatever its path, and to no other', () => {
	const targets = ['https://gateway.example/v1', 'http://gateway.example', 'https://gateway.example:8443'];
	const allowed = targets.map((target) => mayCarryKey(target, 'https://gateway.example/segmind'));
	expect(allowed).toStrictEqual([true, false, false]);
});

it('sends a key without what came along when it was pasted', () => {
	const keys = [' \u200bSG_a~!\u00a0b\r\n', undefined, null, '', ' \n'];
	expect(keys.map(toKey)).toStrictEqual(['SG_a~!b', '', '', '', '']);
});
